"""Terms and numbers of pictures and tables as people write them, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from resnet_core.bilingual import LANGUAGES, Language, Text

# Looked up by what they are in English.
_TERMS = {
    text["en"]: text
    for text in (
        Text("conv", "卷积"),
        Text("1-D conv", "一维卷积"),
        Text("{} of {}", "{}（宽 {}）"),
        Text("transposed conv", "转置卷积"),
        Text("depthwise", "逐通道"),
        Text("{} groups", "{} 组"),
        Text("dilation {}", "空洞 {}"),
        Text("batch norm", "批归一化"),
        Text("group norm", "组归一化"),
        Text("instance norm", "实例归一化"),
        Text("layer norm", "层归一化"),
        Text("max pool", "最大池化"),
        Text("average pool", "平均池化"),
        Text("global {}", "全局{}"),
        Text("{} to {}", "{}到 {}"),
        Text("mean over channels", "按通道取平均"),
        Text("maximum over channels", "按通道取最大"),
        Text("mean over axis {}", "沿第 {} 轴取平均"),
        Text("maximum over axis {}", "沿第 {} 轴取最大"),
        Text("mean over axes {}", "沿第 {} 轴取平均"),
        Text("maximum over axes {}", "沿第 {} 轴取最大"),
        Text("mean of all", "全部取平均"),
        Text("maximum of all", "全部取最大"),
        Text("linear", "全连接"),
        Text("flatten", "展平"),
        Text("concatenate", "拼接"),
        Text("multiply", "相乘"),
        Text("add", "相加"),
        Text("select", "选取"),
        Text("write a part", "改写一部分"),
        Text("a tensor", "张量"),
        Text("split", "拆分"),
        Text("chunk", "等分"),
        Text("permute", "维度换位"),
        Text("transpose", "转置"),
        Text("unsqueeze", "增维"),
        Text("pad", "填充"),
        Text("sigmoid", "sigmoid"),
        Text("every {} position, /{}", "每 {} 个位置取一个，/{}"),
        Text("zeros for {} channels", "补零 {} 个通道"),
        Text("input", "输入"),
        Text("output", "输出"),
        Text("identity", "恒等"),
        Text("projection", "投影"),
        Text("pooled", "池化"),
        Text("padded", "补零"),
        Text("other", "其他"),
        Text("no shortcut", "无捷径"),
        Text("{} params", "{} 参数"),
        Text("{} param", "{} 参数"),
        Text("{} MACs", "{}次乘加"),
        Text("RF {}", "感受野 {}"),
        Text("({} call)", "（第 {} 次调用）"),
        Text("{} blocks", "{} 个块"),
        Text("{} block", "{} 个块"),
        Text("end of {}", "{} 到此为止"),
        Text("{} parameters", "{} 个参数"),
        Text("{} multiply-adds", "{}次乘加"),
        Text("receptive field {}", "感受野 {}"),
        Text("{} → {} channels", "{} → {} 通道"),
        Text("{} channels", "{} 通道"),
        Text("{} input", "输入 {}"),
        Text("batch {}", "批量 {}"),
        Text("run on numbers", "代入数值运行"),
        Text("no tensor comes out", "没有张量输出"),
        Text("no way from the input to the output", "输入没有通到输出"),
        Text("{} layer without input", "{} 层没有输入"),
        Text("{} layers without input", "{} 层没有输入"),
        Text("{} layer of no use", "{} 层的结果没有用到"),
        Text("{} layers of no use", "{} 层的结果没有用到"),
        Text("{} shortcut", "{}捷径"),
        Text("{} {} shortcut", "{} 条{}捷径"),
        Text("{} {} shortcuts", "{} 条{}捷径"),
        Text("main path", "主路"),
        Text("shortcut", "捷径"),
        Text("gate", "门控"),
        Text("fix: ", "改法："),
        Text("layer", "层"),
        Text("operation", "运算"),
        Text("params", "参数量"),
        Text("multiply-adds", "乘加次数"),
        Text("receptive field", "感受野"),
        Text("shapes do not fit", "形状对不上"),
        Text("the input is too small", "输入太小"),
        Text("channels do not fit", "通道数对不上"),
        Text("features do not fit", "特征数对不上"),
        Text("whole numbers are wanted", "这里需要整数"),
        Text("cannot run", "无法运行"),
        Text("kernel", "卷积核"),
        Text("window", "窗口"),
        Text("stride", "步长"),
        Text("dilation", "空洞率"),
        Text("groups", "组数"),
        Text("bias", "偏置"),
        Text("split size", "拆分大小"),
        Text("output size", "输出大小"),
        Text("channels", "通道"),
        Text("features", "特征"),
        Text("parameters", "参数"),
        Text("moved earlier", "前移"),
        Text("moved later", "后移"),
        Text("replaced by", "替换为"),
        Text("in place of", "代替"),
        Text("side by side, because {} cannot run", "{} 无法运行，所以并排"),
        Text("side by side, because the order is reversed", "先后顺序相反，所以并排"),
        Text("side by side, because blocks would overlap", "块与块会重叠，所以并排"),
        # Titles of networks that are more than a name.
        Text("Stage", "阶段"),
        Text("HorNet stage", "HorNet 的一个阶段"),
        Text("ResNet for CIFAR", "CIFAR 版 ResNet"),
        Text("ResNet-50 (group norm)", "ResNet-50（组归一化）"),
        Text("VGG backbone", "VGG 主干网络"),
        Text("VGG-16 with batch norm", "VGG-16（带批归一化）"),
    )
}

_COMMA = Text(", ", "、")
_AND = Text(" and ", "和")


def say(english: str, language: Language = "en", *values: object) -> str:
    """The words in the language asked for, with ``values`` in place of the braces.

    What is no word of the table (a class's name, say) is the same in both languages.
    """
    text = _TERMS[english][language] if english in _TERMS else english
    return text.format(*values) if values else text


def listed(items: Iterable[str], language: Language) -> str:
    """``a, b and c``, or what that is in the language."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return f"{_COMMA[language].join(found[:-1])}{_AND[language]}{found[-1]}"


# The units of large numbers, the largest first: thousands in English, ten thousands in Chinese.
_UNITS = Text("T G M k", "万亿 亿 万")
UNITS = "".join(dict.fromkeys("".join(_UNITS[language] for language in LANGUAGES)))


def amount(count: int, language: Language = "en") -> str:
    """A large number with four digits: ``372.5 M`` and ``4.09 G``."""
    units = _UNITS[language].split()
    if language == "zh":
        for unit, size in zip(units, (10**12, 10**8, 10**4), strict=True):
            if count >= size:
                return f"{float(f'{count / size:.4g}'):,g} {unit}"
        return f"{count:,} "
    for unit, size in zip(units, (10**12, 10**9, 10**6, 10**3), strict=True):
        if count >= size:
            return f"{count / size:.{2 if count < 10 * size else 1}f} {unit}"
    return str(count)


def ordinal(number: int, language: Language = "en") -> str:
    """``2nd``; in Chinese the number itself."""
    if language == "zh":
        return str(number)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0)
    return f"{number}{ending or 'th'}"


class Many(int):
    """A large number: ``f"{macs:en}"`` is ``115.6 M``."""

    def __format__(self, language: str) -> str:
        if language == "zh":
            return amount(int(self), "zh")
        return amount(int(self), "en") if self >= 1000 else str(int(self))


_COUNTED = Text(
    "no one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen",
    "零 一 两 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六",
)
_WORDS: Mapping[str, list[str]] = {name: _COUNTED[name].split() for name in LANGUAGES}


class Few(int):
    """A small number, written out: ``f"{n:en}"`` is ``four``."""

    def __format__(self, language: str) -> str:
        words = _WORDS[language]
        return words[self] if self < len(words) else f"{int(self):,}"


def several(count: int, noun: str) -> str:
    """``1 layer``, ``16 layers``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ratio(value: float) -> str:
    """A ratio as people write it: ``16``, ``2.25``, ``0.44``; three digits at most."""
    if abs(value - round(value)) < 0.005 or value >= 100:
        return f"{round(value):,}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: int, whole: int) -> str:
    """A share: ``35%``; below one percent, and close to all, with the digits that matter."""
    share = 100 * part / whole if whole else 0.0
    if 99.5 <= share < 100:
        return f"{share:.1f}%" if share < 99.95 else "> 99.9%"
    if 0 < share < 0.001:
        return "< 0.001%"
    if share and share < 0.95:
        return f"{share:.1g}%"
    return f"{share:.0f}%"


def side(shape: Iterable[int]) -> str:
    """Height × width of a shape: ``56×56``."""
    return "×".join(str(size) for size in list(shape)[2:])


def whole(shape: Iterable[int]) -> str:
    """A shape without its batch: ``256×56×56``."""
    return "×".join(str(size) for size in list(shape)[1:])
