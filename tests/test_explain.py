"""Explanations: both languages say the same, every number is real, every claim holds."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import product
from typing import Any

import pytest

from resnet_core import Explanation, Paragraph, blocks, draw, networks
from resnet_core.diagram import Diagram
from resnet_core.forms import choices_of, properties
from resnet_core.graph import Graph

NETWORKS = [each for each in networks() if each != "resnet1202"]
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
    *({"block": "bottleneck", "base_width": each, "planes": 96} for each in (4, 128, 256, 512)),
    *(
        {"block": "residual_attention", "stride": stride, "kernel_size": kernel, "padding": padding}
        for stride, kernel, padding in product((1, 2), (1, 2, 5), (0, 2))
    ),
    *({"block": "res2net", "scales": s, "stride": t} for s, t in ((2, 1), (2, 2), (6, 1), (16, 2))),
    *({"block": "horblock", "order": each} for each in (1, 2, 7)),
    *({"block": "convnext", "layer_scale": each, "expand_ratio": 2} for each in (True, False)),
    *(
        {"block": "inverted_residual", "expand_ratio": ratio, "stride": stride, "outplanes": made}
        for ratio, stride, made in product((1, 6), (1, 2), (16, 32))
    ),
    *({"block": "downsample", "mode": m, "stride": s} for m, s in product(("conv", "max", "avg"),
                                                                          (1, 2, 4))),
    *({"model": "hornet_stage", "index": each} for each in range(4)),
    *({"model": "stage", "blocks": n, "dilate": d} for n, d in product((1, 2, 5), (True, False))),
    *({"model": "resnet50", "output_stride": s, "include_top": t}
      for s, t in product((8, 16), (True, False))),
    *({"model": "resnet18", "shortcut": each} for each in SHORTCUTS),
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


def name_of(setting: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in setting.items())


@cache
def _drawn(items: tuple[tuple[str, Any], ...]) -> tuple[Diagram, Explanation, Explanation]:
    diagram = draw(**dict(items))
    return diagram, diagram.explain("en"), diagram.explain("zh")


def explained(setting: dict[str, Any]) -> tuple[Diagram, Explanation, Explanation]:
    return _drawn(tuple(setting.items()))


def texts(paragraph: Paragraph) -> list[str]:
    return [paragraph.lead, *(each.text for each in paragraph.sentences)]


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


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_both_languages_say_the_same_with_the_same_numbers(setting: dict[str, Any]) -> None:
    _, english, chinese = explained(setting)
    assert len(english.paragraphs) == len(chinese.paragraphs)
    for one, other in zip(english.paragraphs, chinese.paragraphs, strict=True):
        assert [each.nodes for each in one.sentences] == [each.nodes for each in other.sentences]
        for said, told in zip(texts(one), texts(other), strict=True):
            assert kernels(said) == kernels(told)
            assert numbers(said) == pytest.approx(numbers(told), rel=0.006), (said, told)
    for note, other_note in zip(english.layers, chinese.layers, strict=True):
        assert note.node == other_note.node
        assert bool(note.text) == bool(other_note.text)
        assert numbers(note.text) == numbers(other_note.text)
        assert [each.partition(" = ")[2] for each in note.sums] == [
            each.partition(" = ")[2] for each in other_note.sums
        ]


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_every_paragraph_makes_a_claim_and_nothing_is_said_twice(setting: dict[str, Any]) -> None:
    for explanation in explained(setting)[1:]:
        assert explanation.title
        assert explanation.paragraphs
        said = Counter(text for each in explanation.paragraphs for text in texts(each))
        assert not [text for text, count in said.items() if count > 1]
        stop = "。" if explanation.language == "zh" else "."
        for paragraph in explanation.paragraphs:
            assert paragraph.sentences, paragraph.lead
            for text in texts(paragraph):
                assert text.endswith(stop), text
                assert text == text.strip()
                assert not re.search(r"  |\.\.|。。|None|\{|\}", text), text


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_sentences_point_at_what_is_in_the_graph(setting: dict[str, Any]) -> None:
    diagram, english, _ = explained(setting)
    known = {*diagram.graph.node, *diagram.graph.group}
    for paragraph in english.paragraphs:
        for sentence in paragraph.sentences:
            assert set(sentence.nodes) <= known, sentence
    assert [each.node for each in english.layers] == [each.id for each in diagram.graph.calls]


# Words that Chinese papers leave in Latin letters; whatever else is Latin must be a name of the
# structure: a path, a knob, its value, a formula.
KEPT = {
    "relu", "x", "f", "y", "p", "q", "n", "g", "A", "C", "ReLU", "ReLU6", "ResNet", "ResNet-D",
    "ResNet-C", "torchvision", "SE", "ECA", "CBAM", "sigmoid", "tanh", "softplus", "GELU",
    "SiLU", "ELU", "Mish", "hard-swish", "leaky", "Transformer", "MobileNetV2", "VGG", "HorNet",
    "MLP", "LN", "Conv", "int", "planes", "base_width", "groups", "stride", "expansion",
    "proj_in", "gⁿConv", "ConvNeXt", "Res2Net", "shortcut",
}  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_chinese_keeps_no_english_but_names(setting: dict[str, Any]) -> None:
    diagram, _, chinese = explained(setting)
    graph = diagram.graph
    names = {part for each in (*graph.node, *graph.group) for part in (each, *each.split("."))}
    names |= {*diagram.values, *map(str, diagram.values.values())}
    forms = properties(diagram.subject.params).values()
    names |= {str(choice) for schema in forms for choice in choices_of(schema)}
    names |= {word for each in graph.groups for word in NAMES.findall(each.type)}
    names |= set(NAMES.findall(diagram.caption.title))
    names |= {each.type.lower() for each in graph.calls}
    for text in [*(t for p in chinese.paragraphs for t in texts(p)),
                 *(each.text for each in chinese.layers if each.text)]:  # fmt: skip
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
    counts = [each.params for each in graph.calls if each.params]
    sums = {sum(counts[i:j]) for i in range(len(counts)) for j in range(i + 1, len(counts) + 1)}
    weights = [w for each in graph.calls if (w := _weights(each.attributes))]
    sums |= {sum(weights[i:j]) for i in range(len(weights)) for j in range(i + 1, len(weights) + 1)}
    shapes = {side for each in graph.nodes for shape in each.outputs for side in shape}
    products = {a * b * k for a in shapes for b in shapes for k in (1, 9, 25)}
    biased = {product_ + a for product_ in products for a in shapes}
    per_group = {weight * a for weight in weights for a in shapes}
    known = real(graph) | sums | products | biased | per_group
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


GRID = [
    {"block": block, "stride": stride, "inplanes": given, "shortcut": kind}
    for block, stride, given, kind in product(
        ("bottleneck", "basic", "preact_basic", "preact_bottleneck", "res2net"),
        (1, 2),
        (64, 256),
        SHORTCUTS,
    )
]
CLAIMS = {
    "The shortcut is the input itself.": "identity",
    "The shortcut needs a projection.": "projection",
    "The shortcut projects although it need not.": "projection",
    "The shortcut pools, then projects.": "projection",
    "The shortcut fits without learning anything.": "padded",
    "There is no shortcut.": "none",
}


@pytest.mark.parametrize("setting", GRID, ids=name_of)
def test_what_is_claimed_of_the_shortcut_holds(setting: dict[str, Any]) -> None:
    try:
        diagram, english, _ = explained(setting)
    except ValueError:
        return  # zeros cannot take channels away
    graph = diagram.graph
    claims = [each.lead for each in english.paragraphs if each.lead in CLAIMS]
    if graph.problem:
        assert english.paragraphs[0].lead.startswith("It cannot run: ")
        assert not claims
        return
    (claim,) = claims
    joins = [each.id for each in graph.calls if each.role == "add" and not each.group]
    outer = [each for each in joins if graph.shortcut_into(each) != "none"]
    kind = graph.shortcut_into(outer[-1]) if outer else "none"
    assert CLAIMS[claim] == kind
    given, made = graph.inputs[0].shape, graph.outputs[0].shape
    said = " ".join(t for p in english.paragraphs if p.lead == claim for t in texts(p))
    if claim in ("The shortcut needs a projection.", "The shortcut pools, then projects."):
        assert ("the map shrinks" in said) == (given[2:] != made[2:])
        assert ("the channels change" in said) == (given[1] != made[1])
    if kind == "identity" or claim == "The shortcut projects although it need not.":
        assert given == made


@pytest.mark.parametrize(("stride_on", "layer"), [("conv1", "first 1×1"), ("conv2", "3×3")])
def test_the_stride_is_said_to_sit_where_it_sits(stride_on: str, layer: str) -> None:
    english = draw(block="bottleneck", stride=2, stride_on=stride_on).explain("en")
    lead = f"The stride sits in the {layer}."
    (told,) = [each for each in english.paragraphs if each.lead == lead]
    (at,) = {node for each in told.sentences[:1] for node in each.nodes}
    assert at == stride_on


@pytest.mark.parametrize("name", NETWORKS)
def test_shares_add_up_to_the_whole(name: str) -> None:
    _, english, _ = explained({"model": name})
    for paragraph in english.paragraphs:
        if paragraph.lead == "Where the parameters and the work sit.":
            for sentence in paragraph.sentences[:2]:
                shares = [float(each) for each in re.findall(r"([\d.]+) % in", sentence.text)]
                assert not shares or sum(shares) == pytest.approx(100, abs=2)


@pytest.mark.parametrize(
    ("name", "depth"),
    [("resnet18", 18), ("resnet34", 34), ("resnet50", 50), ("resnet101", 101), ("resnet152", 152),
     ("resnet20", 20), ("resnet110", 110), ("resnext50_32x4d", 50), ("seresnet50", 50)],
)  # fmt: skip
def test_the_number_in_the_name_is_counted(name: str, depth: int) -> None:
    _, english, _ = explained({"model": name})
    assert f"Hence the {depth} in the name." in [each.lead for each in english.paragraphs]


def test_a_deep_stem_has_more_layers_than_the_name_says() -> None:
    _, english, _ = explained({"model": "resnet50d"})
    leads = [each.lead for each in english.paragraphs]
    assert "The name says 50, the count 52." in leads
    assert "The stem is three 3×3 instead of one 7×7." in leads


def test_what_cannot_run_is_told_first_with_what_would_mend_it() -> None:
    diagram = draw(block="residual_attention", stride=2)
    first = diagram.explain("en").paragraphs[0]
    assert first.lead == "It cannot run: shapes do not fit at add."
    assert first.sentences[-1].text == "It runs with conv2_stride=1."
    assert draw(block="residual_attention", stride=2, conv2_stride="1").graph.problem is None
    assert diagram.explain("zh").paragraphs[0].sentences[-1].text == "改成 conv2_stride=1 就能跑。"


@pytest.mark.parametrize("stride_on", ["conv1", "conv2"])
def test_what_the_first_1x1_would_cost_elsewhere_is_what_it_costs_there(stride_on: str) -> None:
    other = {"conv1": "conv2", "conv2": "conv1"}[stride_on]
    there = draw(block="bottleneck", planes=128, stride=2, stride_on=other).graph.node["conv1"]
    english = draw(block="bottleneck", planes=128, stride=2, stride_on=stride_on).explain("en")
    (told,) = [each for each in english.paragraphs if each.lead.startswith("The stride sits")]
    said = numbers(told.sentences[-1].text)
    assert any(each == pytest.approx(there.macs, rel=0.005) for each in said)


def test_what_ungrouped_would_cost_is_what_it_costs_ungrouped() -> None:
    grouped = draw(block="bottleneck", groups=32, base_width=4)
    plain = draw(block="bottleneck", base_width=128).graph.node["conv2"]
    assert plain.shape == grouped.graph.node["conv2"].shape
    (told,) = [
        each for each in grouped.explain("en").paragraphs if "works in 32 groups" in each.lead
    ]
    said = numbers(told.sentences[0].text)
    assert plain.params in said
    assert any(each == pytest.approx(plain.macs, rel=0.005) for each in said)


def test_what_the_wide_3x3_would_cost_is_what_it_costs_at_that_width() -> None:
    narrow = draw(block="bottleneck").explain("en").paragraphs[0]
    wide = draw(block="bottleneck", base_width=256).graph.node["conv2"]
    assert wide.shape[1] == 256
    said = numbers(narrow.sentences[-1].text)
    assert any(each == pytest.approx(wide.macs, rel=0.005) for each in said)
