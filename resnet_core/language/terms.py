"""The fixed terms of pictures and tables in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from resnet_core.bilingual import Language

_CHINESE = {
    "conv": "卷积",
    "1-D conv": "一维卷积",
    "depthwise": "逐通道",
    "{} groups": "{} 组",
    "dilation {}": "空洞 {}",
    "batch norm": "批归一化",
    "group norm": "组归一化",
    "instance norm": "实例归一化",
    "layer norm": "层归一化",
    "max pool": "最大池化",
    "average pool": "平均池化",
    "global {}": "全局{}",
    "{} to {}": "{}到 {}",
    "mean over channels": "按通道取平均",
    "maximum over channels": "按通道取最大",
    "linear": "全连接",
    "flatten": "展平",
    "concatenate": "拼接",
    "multiply": "相乘",
    "add": "相加",
    "select": "选取",
    "split": "拆分",
    "chunk": "等分",
    "permute": "维度换位",
    "transpose": "转置",
    "unsqueeze": "增维",
    "pad": "填充",
    "sigmoid": "sigmoid",
    "every {} position, /{}": "每 {} 个位置取一个, /{}",
    "zeros for {} channels": "补零 {} 个通道",
    "input": "输入",
    "output": "输出",
    "identity": "恒等",
    "projection": "投影",
    "pooled": "池化",
    "padded": "补零",
    "other": "其他",
    "no shortcut": "无捷径",
    "{} params": "{} 参数",
    "{} param": "{} 参数",
    "{} MACs": "{}次乘加",
    "RF {}": "感受野 {}",
    "({} call)": "（第 {} 次调用）",
    "{} blocks": "{} 个块",
    "{} block": "{} 个块",
    "end of {}": "{} 到此为止",
    "{} parameters": "{} 个参数",
    "{} multiply-adds": "{}次乘加",
    "receptive field {}": "感受野 {}",
    "{} → {} channels": "{} → {} 通道",
    "{} channels": "{} 通道",
    "{} input": "输入 {}",
    "batch {}": "批量 {}",
    "{} shortcut": "{}捷径",
    "{} {} shortcuts": "{} 条{}捷径",
    "main path": "主路",
    "shortcut": "捷径",
    "gate": "门控",
    "fix: ": "改法：",
    "layer": "层",
    "operation": "运算",
    "params": "参数量",
    "multiply-adds": "乘加次数",
    "receptive field": "感受野",
    "shapes do not fit": "形状对不上",
    "the input is too small": "输入太小",
    "channels do not fit": "通道数对不上",
    "cannot run": "无法运行",
    "kernel": "卷积核",
    "channels": "通道",
    "features": "特征",
    "parameters": "参数",
    "moved earlier": "前移",
    "moved later": "后移",
    "replaced by": "替换为",
    "in place of": "代替",
    "side by side, because {} cannot run": "{} 无法运行，所以并排",
    "side by side, because the order is reversed": "先后顺序相反，所以并排",
    "side by side, because blocks would overlap": "块与块会重叠，所以并排",
}


def say(english: str, language: Language = "en", *values: object) -> str:
    """The words in the language asked for, with ``values`` in place of the braces.

    What is no word of the table (a class's name, say) is the same in both languages.
    """
    text = _CHINESE.get(english, english) if language == "zh" else english
    return text.format(*values) if values else text


def listed(items: Iterable[str], language: Language) -> str:
    """``a, b and c``; ``a、b 和 c``."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    if language == "zh":
        return f"{'、'.join(found[:-1])}和{found[-1]}"
    return f"{', '.join(found[:-1])} and {found[-1]}"
