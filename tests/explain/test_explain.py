"""Explanations: both languages say the same, every number is real, every claim holds."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import product
from typing import Any

import pytest

from resnet_core import Explanation, Paragraph, blocks, draw, networks
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import choices_of, properties
from resnet_core.graph.model import Graph
from tests.subjects import settings

# The largest say in every sentence what smaller ones of their kind say.
LARGE = [network for network in networks() if re.search("101|152|110|1202|small|base", network)]
NETWORKS = [network for network in networks() if network not in LARGE]
SHORTCUTS = ("auto", "projection", "avgpool", "padded", "identity", "none")
SETTINGS: list[dict[str, Any]] = [
    *({"block": name} for name in blocks()),
    *({"model": name} for name in NETWORKS),
    *({"block": name, "input": "97x131", "batch": 3} for name in blocks()),
    *(
        {"block": "bottleneck", "stride": stride, "stride_on": at, "groups": groups, "dilation": d}
        for stride, at, groups, d in product((1, 2, 4), ("conv1", "conv2"), (1, 4), (1, 3))
    ),
    *(
        {"block": "bottleneck", "norm_layer": norm, "activation": activation, "attention": gate}
        for norm, activation, gate in zip(
            ("batch", "group", "instance", "layer", "none", "batch", "batch", "batch"),
            ("relu", "relu6", "leaky_relu", "elu", "silu", "gelu", "hardswish", "mish"),
            ("none", "se", "eca", "cbam") * 2,
            strict=True,
        )
    ),
    *({"block": "bottleneck", "base_width": number, "planes": 96} for number in (4, 128, 256, 512)),
    *(
        {"block": "residual_attention", "stride": stride, "kernel_size": kernel, "padding": padding}
        for stride, kernel, padding in product((1, 2), (1, 2, 5), (0, 2))
    ),
    *({"block": "res2net", "scales": s, "stride": t} for s, t in ((2, 1), (2, 2), (6, 1), (16, 2))),
    *({"block": "horblock", "order": number} for number in (1, 2, 7)),
    *({"block": "convnext", "layer_scale": number, "expand_ratio": 2} for number in (True, False)),
    *(
        {"block": "inverted_residual", "expand_ratio": ratio, "stride": stride, "outplanes": made}
        for ratio, stride, made in product((1, 6), (1, 2), (16, 32))
    ),
    *({"block": "downsample", "mode": m, "stride": s} for m, s in product(("conv", "max", "avg"),
                                                                          (1, 2, 4))),
    *({"model": "hornet_stage", "index": index} for index in range(4)),
    *({"model": "stage", "blocks": n, "dilate": d} for n, d in product((1, 2, 5), (True, False))),
    *({"model": "resnet50", "output_stride": s, "include_top": t}
      for s, t in product((8, 16), (True, False))),
    *({"model": "resnet18", "shortcut": shortcut} for shortcut in SHORTCUTS),
    {"model": "resnet50", "stride_on": "conv1", "zero_init_residual": True},
    {"model": "resnet", "preact": True, "block": "basic", "layers": "1,1,1,1", "stem": "deep"},
    {"model": "vgg16", "input": "7"},
    {"model": "vgg_backbone", "return_interm_layers": False},
    {"model": "resnet20", "input": "224"},
    {"model": "resnet50", "input": "512x768"},
]  # fmt: skip

# What stays as it is in Chinese: names of layers, of knobs and their values, of methods.
NAMES = re.compile(r"[A-Za-z_][\w./=‑-]*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
UNITS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "万": 1e4, "亿": 1e8, "万亿": 1e12}
KERNEL = re.compile(r"(?<![\w×.])\d×\d(?![\d×])")
NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?: ?(万亿|[kMGT万亿])(?![a-zA-Z]))?")


@cache
def _drawn(items: tuple[tuple[str, Any], ...]) -> tuple[Diagram, Explanation, Explanation]:
    diagram = draw(**dict(items))
    return diagram, diagram.explain("en"), diagram.explain("zh")


def explained(setting: dict[str, Any]) -> tuple[Diagram, Explanation, Explanation]:
    return _drawn(tuple(setting.items()))


def texts(paragraph: Paragraph) -> list[str]:
    return [paragraph.lead, *(sentence.text for sentence in paragraph.sentences)]


def kernels(text: str) -> set[str]:
    """The sizes that name a layer or a window: ``3×3``. A language may say them more often."""
    return set(re.findall(KERNEL, text))


def numbers(text: str) -> list[float]:
    """Every number of a text but those; ``1.156 亿`` and ``115.6 M`` are one."""
    found = [
        float(digits.replace(",", "")) * UNITS.get(unit, 1)
        for digits, unit in NUMBER.findall(
            re.sub(r"(?<=\d)[×x](?=\d)", " × ", re.sub(KERNEL, "", text))
        )
    ]
    return sorted(found)


@pytest.mark.parametrize("setting", settings([*SETTINGS, *({"model": item} for item in LARGE)]))
def test_both_languages_say_the_same_with_the_same_numbers(setting: dict[str, Any]) -> None:
    agree(*explained(setting)[1:])


def agree(english: Explanation, chinese: Explanation) -> None:
    """Both say the same of the same calls, with the same numbers."""
    assert len(english.paragraphs) == len(chinese.paragraphs)
    for one, other in zip(english.paragraphs, chinese.paragraphs, strict=True):
        assert [sentence.nodes for sentence in one.sentences] == [
            sentence.nodes for sentence in other.sentences
        ]
        for said, told in zip(texts(one), texts(other), strict=True):
            assert kernels(said) == kernels(told)
            assert numbers(said) == pytest.approx(numbers(told), rel=0.006), (said, told)
    for note, other_note in zip(english.layers, chinese.layers, strict=True):
        assert note.node == other_note.node
        assert bool(note.text) == bool(other_note.text)
        assert numbers(note.text) == numbers(other_note.text)
        assert [text.partition(" = ")[2] for text in note.sums] == [
            text.partition(" = ")[2] for text in other_note.sums
        ]


@pytest.mark.parametrize("setting", settings(SETTINGS))
def test_every_paragraph_makes_a_claim_and_nothing_is_said_twice(setting: dict[str, Any]) -> None:
    for explanation in explained(setting)[1:]:
        assert explanation.title
        assert explanation.paragraphs
        said = Counter(text for paragraph in explanation.paragraphs for text in texts(paragraph))
        assert not [text for text, count in said.items() if count > 1]
        stop = "。" if explanation.language == "zh" else "."
        for paragraph in explanation.paragraphs:
            assert paragraph.sentences, paragraph.lead
            for text in texts(paragraph):
                assert text.endswith(stop), text
                assert text == text.strip()
                assert not re.search(r"  |\.\.|。。|None|\{|\}", text), text


@pytest.mark.parametrize("setting", settings(SETTINGS))
def test_sentences_point_at_what_is_in_the_graph(setting: dict[str, Any]) -> None:
    diagram, english, _ = explained(setting)
    known = {*diagram.graph.node, *diagram.graph.group}
    for paragraph in english.paragraphs:
        for sentence in paragraph.sentences:
            assert set(sentence.nodes) <= known, sentence
    assert [layer.node for layer in english.layers] == [call.id for call in diagram.graph.calls]


# Words that Chinese papers leave in Latin letters; whatever else is Latin must be a name of the
# structure: a path, a knob, its value, a formula.
KEPT = {
    "relu", "x", "f", "y", "p", "q", "n", "g", "A", "C", "ReLU", "ReLU6", "ResNet", "ResNet-D",
    "ResNet-C", "ResNet-18", "ResNet-34", "ResNet-50", "torchvision",
    "SE", "ECA", "CBAM", "sigmoid", "tanh", "softplus", "GELU",
    "SiLU", "ELU", "Mish", "hard-swish", "leaky", "Transformer", "MobileNetV2", "VGG", "HorNet",
    "MLP", "LN", "Conv", "int", "planes", "base_width", "groups", "stride", "expansion",
    "v1", "v1.5", "1.5", "s", "a", "stem", "Facebook", "Torch", "ResNeXt",
    "proj_in", "gⁿConv", "bias", "False", "ConvNeXt", "Res2Net", "shortcut",
}  # fmt: skip


@pytest.mark.parametrize("setting", settings(SETTINGS))
def test_chinese_keeps_no_english_but_names(setting: dict[str, Any]) -> None:
    diagram, _, chinese = explained(setting)
    graph = diagram.graph
    names = {part for text in (*graph.node, *graph.group) for part in (text, *text.split("."))}
    names |= {*diagram.values, *map(str, diagram.values.values())}
    forms = properties(diagram.subject.params).values()
    names |= {str(choice) for schema in forms for choice in choices_of(schema)}
    names |= {word for group in graph.groups for word in NAMES.findall(group.type)}
    names |= set(NAMES.findall(diagram.caption.title))
    names |= {call.type.lower() for call in graph.calls}
    for text in [*(t for p in chinese.paragraphs for t in texts(p)),
                 *(layer.text for layer in chinese.layers if layer.text)]:  # fmt: skip
        assert CHINESE.search(text), text
        if graph.problem and graph.problem.title == "cannot run":
            continue  # torch's own words
        for word in NAMES.findall(text):
            plain = [part for part in re.split(r"[=.]", word) if part and not part.isdigit()]
            assert word in names | KEPT or set(plain) <= names | KEPT, (word, text)


def real(graph: Graph) -> set[float]:
    """Every number that the structure itself contains, and what it plainly implies."""
    found: set[float] = {graph.totals.params, graph.totals.macs, graph.totals.receptive_field}
    for node in graph.nodes:
        found |= {node.params, node.macs, node.receptive_field}
        found |= {side for shape in (*node.inputs, *node.outputs) for side in shape}
    return found


@pytest.mark.parametrize("name", blocks())
def test_large_numbers_are_those_of_the_graph_or_follow_from_it(name: str) -> None:
    """A count with a thousands separator is a parameter, a product of two, or a sum of some."""
    diagram, english, _ = explained({"block": name})
    graph = diagram.graph
    counts = [call.params for call in graph.calls if call.params]
    sums = {sum(counts[i:j]) for i in range(len(counts)) for j in range(i + 1, len(counts) + 1)}
    weights = [w for call in graph.calls if (w := _weights(call.attributes))]
    sums |= {sum(weights[i:j]) for i in range(len(weights)) for j in range(i + 1, len(weights) + 1)}
    shapes = {side for node in graph.nodes for shape in node.outputs for side in shape}
    products = {a * b * k for a in shapes for b in shapes for k in (1, 9, 25)}
    biased = {product_ + a for product_ in products for a in shapes}
    bottlenecks = {17 * a * a for a in shapes}
    per_group = {weight * a for weight in weights for a in shapes}
    known = real(graph) | sums | products | biased | bottlenecks | per_group
    for paragraph in english.paragraphs:
        for text in texts(paragraph):
            for digits in re.findall(r"\d{1,3}(?:,\d{3})+", text):
                assert float(digits.replace(",", "")) in known, (digits, text)


def _weights(values: Any) -> int:
    if "in_channels" in values:
        kernel = values["kernel_size"]
        count = values["out_channels"] * values["in_channels"] // values["groups"]
        for side in kernel:
            count *= side
        return int(count)
    return int(values.get("in_features", 0) * values.get("out_features", 0))
