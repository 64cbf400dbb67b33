"""Chinese as it is set in print: its stops, its gaps, and the words that its readers use."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from app.pages.i18n import LANGUAGES, catalogue_file
from resnet_core import compare, draw
from resnet_core.errors import ParameterError
from tests.sources import FILES, ROOT, nodes_of
from tests.subjects import sampled

PAGES = (ROOT / "README.zh-CN.md", *sorted((ROOT / "docs" / "zh").glob("*.md")))
CHINESE = "[\\u4e00-\\u9fff]"
# A name that is called, ``super()`` or ``f(x)``, keeps its own brackets.
_CALLED = re.compile(r"[\w{}′⁻]+(?:\.\w+)*\([^()\u4e00-\u9fff]*\)")
_SHAPE = re.compile(r"\(\d+(?:, \d+)*\)|行,列|名字:层|\d,\d")
RULES = {
    "stops of full width beside Chinese": rf"{CHINESE} ?[,:;!?()]|[,;!?()] ?{CHINESE}|:{CHINESE}",
    "a gap between Chinese and Latin": rf"{CHINESE}[A-Za-z0-9]|[A-Za-z0-9%]{CHINESE}",
    "no gap beside a stop of full width": r"\w [（，。：；、？！）]|[（），。：；、？！] \w",
    "no gap before a per cent sign": r"\d %",
    "no stop twice": r"[，。：；、]{2}|的的|了了",
    "步长": "步幅",
    "stem, for 主干 is the backbone": "主干(?!网络)",
    "分类头": "头部",
    "参数": "旋钮",
    "卷积核": "滤波器",
    "高和宽减半": "特征图减半",
    "升维、降维": "放宽到|压到|压回",
}


def literals(file: Path) -> Iterator[str]:
    """Every text in Chinese of a module, with braces where a value is put in."""
    nodes = nodes_of(file)
    parts = [part for node in nodes if isinstance(node, ast.JoinedStr)
             for part in ast.walk(node) if part is not node]  # fmt: skip
    inside = set(map(id, parts))
    for node in nodes:
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}"
                           for part in node.values)  # fmt: skip
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        # Not the pattern of a search, nor a reader's own word for a knob.
        if re.search(CHINESE, text) and "(?" not in text and text != "步幅":
            yield text


def in_chinese(value: Any, name: str = "") -> Iterator[str]:
    """What stands under ``zh`` in a file of data."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from in_chinese(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from in_chinese(item, name)
    elif name == "zh":
        yield value


def prose(file: Path) -> Iterator[str]:
    """The lines of a page in Markdown, without code, addresses, tags and cells of tables."""
    text = re.sub(r"(?ms)^(`{3,}).*?^\1", "", file.read_text(encoding="utf-8"))
    text = re.sub(r"`[^`\n]*`", "X", text)
    text = re.sub(r"<[^>]*>", "", re.sub(r"\]\([^)]*\)", "]", text))
    for line in text.splitlines():
        yield from (cell.strip() for cell in line.split("|"))


def everything() -> Iterator[tuple[str, str]]:
    """All Chinese that the project has written down, with where it stands."""
    for file in FILES:
        yield from ((file.name, text) for text in literals(file))
    with catalogue_file(LANGUAGES["zh"].name).open("rb") as file:
        yield from (("messages.po", str(row.string)) for row in read_po(file) if row.id)
    for file in (ROOT / "resnet_core").rglob("*.toml"):
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        yield from ((file.name, text) for text in in_chinese(found))
    for file in PAGES:
        yield from ((file.name, text) for text in prose(file))


@cache
def written() -> tuple[tuple[str, str], ...]:
    """The same, made ready for the rules."""
    return tuple((place, bare(text)) for place, text in everything())


def bare(text: str) -> str:
    return _SHAPE.sub("X", _CALLED.sub("X", re.sub(r"(\{\}|%\(\w+\)s)(?=次)", r"\1 ", text)))


@pytest.mark.parametrize("rule", RULES)
def test_what_is_written_down_in_chinese_is_set_as_chinese(rule: str) -> None:
    assert [(place, text[:80]) for place, text in written() if re.search(RULES[rule], text)] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_no_line_is_broken_between_two_chinese_letters(file: Path) -> None:
    """A browser shows the end of a line as a gap, which Chinese has none of."""
    text = re.sub(r"(?ms)^(`{3,}).*?^\1", "", file.read_text(encoding="utf-8"))
    broken = rf"(?:{CHINESE}|[，。：；、）])\n(?!\d+\. )(?:{CHINESE}|[“（`\w])"
    assert [found.group() for found in re.finditer(broken, text)] == []


def test_the_rules_find_what_they_are_for() -> None:
    wrong = (
        "特征图,减半", "用3×3卷积", "共 5 个参数 （多）", "53 %", "相加。。", "步幅为 2",
        "stem 是主干", "头部", "旋钮", "每个滤波器", "让特征图减半", "升到而不是放宽到",
    )  # fmt: skip
    for rule, text in zip(RULES.values(), wrong, strict=True):
        assert re.search(rule, bare(text)), text
    right = "AdaptiveAvgPool2d(1) 就是全局平均池化：7×7 合成一个（53%），super() 与 f(x) 也是。"
    assert not any(re.search(rule, bare(right)) for rule in RULES.values())


SETTINGS = [
    "block=bottleneck planes=128 stride=2 attention=cbam batch=8",
    "block=bottleneck groups=32 base_width=4 dilation=2 norm_layer=group activation=gelu",
    "block=basic shortcut=none input=7 norm_layer=none planes=1 inplanes=1",
    "block=basic shortcut=identity stride=2",
    "block=preact_basic stride=2 shortcut=avgpool",
    "block=convnext drop_path=0.2 layer_scale=false",
    "block=horblock order=2",
    "block=inverted_residual stride=2 expand_ratio=1",
    "block=res2net scales=2 stride=2",
    "block=residual_attention stride=3 kernel_size=5",
    "block=downsample mode=avg input=35",
    "model=stage blocks=2 block=resdown",
    "model=resnet_cifar depth=8 zero_init_residual=true shortcut=projection",
    "model=resnet block=res2net layers=2,1,1,1 output_stride=16 input=97x131",
    "model=vgg_backbone input=64",
    "model=hornet_stage index=2 drop_path=0.1",
]
# Words of an English sentence; a name or a quotation of torch has none of them in a row.
ENGLISH = re.compile(r"\b(?:the|of|and|is|are|with|which|that|its|by|for|each|not)\b")


def drawn(setting: str, **more: str) -> Any:
    return draw(**dict(item.split("=", 1) for item in setting.split()), **more)


@pytest.mark.parametrize("setting", sampled(SETTINGS))
def test_an_explanation_is_set_as_chinese_with_its_values_in_it(setting: str) -> None:
    told = drawn(setting).explain("zh")
    said = [told.title, *(paragraph.lead for paragraph in told.paragraphs)]
    said += [item.text for paragraph in told.paragraphs for item in paragraph.sentences]
    said += [text for reason in told.why for text in (reason.lead, *reason.sentences)]
    said += [note.text for note in told.layers]
    for text in said:
        for rule, pattern in RULES.items():
            found = re.search(pattern, bare(text))
            assert not found or text.startswith("torch"), (rule, text)
        assert "  " not in text, text
        assert not ENGLISH.search(text) or text.startswith("torch"), text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model=resnet18", "model=resnet20"),
        ("model=vgg16", "model=vgg16_bn"),
        ("block=bottleneck", "block=bottleneck stride=2 planes=128"),
        ("block=convnext", "block=inverted_residual"),
        ("model=stage", "model=stage zero_init_residual=true"),
        ("block=basic", "block=basic stride=2 shortcut=identity"),
        ("block=bottleneck", "block=bottleneck batch=8"),
        ("model=stage", "model=hornet_stage"),
    ],
)
def test_a_comparison_is_set_as_chinese(one: str, other: str) -> None:
    found = compare(drawn(one), drawn(other))
    for text in (found.summary("zh"), *found.why("zh")):
        told = text.partition(" [")[0]
        for rule, pattern in RULES.items():
            assert not re.search(pattern, bare(told)), (rule, told)
        assert not ENGLISH.search(told), told


@pytest.mark.parametrize(
    "knobs",
    [
        {"block": "bottleneck", "stride": 0},
        {"block": "basic", "groups": 2},
        {"block": "basic", "width": "wide"},
        {"block": "basic", "input": "abc"},
        {"block": "horblock", "dim": 10, "order": 5},
        {"model": "resnet_cifar", "depth": 21},
        {"model": "resnet", "layers": "3,4"},
        {"model": "resnet50", "block": "basic"},
    ],
)
def test_a_refusal_is_set_as_chinese(knobs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError) as refusal:
        assert draw(**knobs).graph.calls
    said = refusal.value.text["zh"]
    for rule in ("a gap between Chinese and Latin", "stops of full width beside Chinese"):
        assert not re.search(RULES[rule], bare(said)), said
    assert not ENGLISH.search(said), said
