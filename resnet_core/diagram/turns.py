"""Three knob turns worth trying: what they change in shape and cost, each with its address.

Which turns are offered follows from the structure: what is at stride 1 may shrink, what has a
shortcut may lose it. Only what is legal and runs is offered; the consequences are those of a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, Self
from urllib.parse import urlencode

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.diagram.form import Options, plain
from resnet_core.errors import ParameterError
from resnet_core.explain.explanation import Turn
from resnet_core.graph.model import Graph
from resnet_core.language.terms import amount, whole
from resnet_core.registry import Subject

MOST = 3
# Larger networks than these take longer to trace than three answers are worth.
MOST_CALLS = 1_500

_Change = tuple[Mapping[str, Any], Text]

_SHRINK = Text("Step by two positions instead of one.", "步长从 1 改为 2。")
_KEEP = Text("Step by one position at a time.", "步长改为 1。")
_NO_SHORTCUT = Text("Take the shortcut away: what is left is plain layers.",
                    "去掉捷径：剩下的就是普通的层。")  # fmt: skip
_SHORTCUT = Text("Put the shortcut back.", "把捷径加回来。")
_PROJECT = Text("Put a 1×1 convolution on the shortcut, needed or not (option C).",
                "不管需不需要，都在捷径上放一个 1×1 卷积（方案 C）。")  # fmt: skip
_POOL = Text("Average on the shortcut before its 1×1, as ResNet-D does.",
             "像 ResNet-D 那样，捷径先做平均池化，再过 1×1 卷积。")  # fmt: skip
_GROUPS = Text("Split the 3×3 into 32 groups, as ResNeXt does.",
               "像 ResNeXt 那样把 3×3 卷积分成 32 组。")  # fmt: skip
_UNGROUP = Text("Let the 3×3 see all channels at once.", "让 3×3 卷积同时看到所有通道。")
_SE = Text("Add a gate that weighs the channels (SE).", "加上给通道加权的门控（SE）。")
_NO_GATE = Text("Take the gate away.", "去掉门控。")
_DILATE = Text(
    "Spread the points of the 3×3: they stand two apart.", "把 3×3 的采样点拉开，相隔两格。"
)
_DOUBLE = Text("Double the channels.", "把通道数加倍。")
_WIDER_INPUT = Text("Double the channels coming in.", "把输入的通道数加倍。")
_HALVE_MIDDLE = Text("Make the middle narrower.", "把中间变窄。")
_DEEPER = Text("Add blocks to the third stage, as ResNet-101 does.",
               "像 ResNet-101 那样给第三阶段加块。")  # fmt: skip
_BASIC = Text("Build it of two 3×3 convolutions a block.", "改用两个 3×3 卷积的基本块。")
_BOTTLE = Text("Build it of 1×1, 3×3, 1×1 bottlenecks.", "改用 1×1、3×3、1×1 的瓶颈块。")
_STRIDE_FIRST = Text("Move the stride into the first 1×1, as the 2015 paper has it.",
                     "像 2015 年的论文那样，把步长放到第一个 1×1 卷积上。")  # fmt: skip
_DEEP_STEM = Text("Put three 3×3 instead of the 7×7 in the stem (ResNet-C).",
                  "用三个 3×3 代替 stem 里的 7×7（ResNet-C）。")  # fmt: skip


class Drawn(Protocol):
    """A diagram as this file needs it; the diagram itself asks this file for its turns."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Any]]) -> Self: ...

    @property
    def subject(self) -> Subject: ...

    @property
    def graph(self) -> Graph: ...

    @property
    def options(self) -> Options: ...

    @property
    def values(self) -> dict[str, Any]: ...

    @property
    def query(self) -> tuple[tuple[str, str], ...]: ...

    @property
    def url(self) -> str: ...


def turns(diagram: Drawn) -> tuple[Turn, ...]:
    """What is worth trying next; nothing where the structure is too large or does not run."""
    graph = diagram.graph
    if graph.problem or len(graph.calls) > MOST_CALLS:
        return ()
    found: list[Turn] = []
    turned: set[str] = set()
    for change, why in _candidates(diagram):
        name = next(iter(change))
        if name in turned or len(found) == MOST:
            continue
        other = _turned(diagram, change)
        if other is not None and _costs(other.graph) != _costs(graph):
            turned.add(name)
            found.append(_turn(diagram, other, change, why))
    return tuple(found)


def _candidates(diagram: Drawn) -> Iterator[_Change]:
    """Changes in the order in which they teach most; some may not be legal here."""
    values = diagram.values
    if diagram.subject.kind == "model":
        yield from _of_network(values)
    yield from _of_shortcut(values)
    yield from _of_convolutions(values)
    yield from _of_width(values)
    yield from _of_gate(values)


def _of_network(values: Mapping[str, Any]) -> Iterator[_Change]:
    if values.get("layers") == "3,4,6,3" and values.get("block") == "bottleneck":
        yield {"layers": "3,4,23,3"}, _DEEPER
    if values.get("block") == "bottleneck":
        yield {"block": "basic"}, _BASIC
    elif "block" in values:
        yield {"block": "bottleneck"}, _BOTTLE
    if values.get("stem") == "conv7x7":
        yield {"stem": "deep"}, _DEEP_STEM
    if values.get("output_stride") == 32:
        yield (
            {"output_stride": 8},
            Text(
                "Dilate the last two stages instead of shrinking the map, as segmentation does.",
                "像语义分割那样，后两个阶段不再缩小，改用空洞卷积。",
            ),
        )
    if "depth" in values:
        depth = int(values["depth"])
        yield {"depth": depth + 36}, Text("Add six blocks to each stage.", "每个阶段加六个块。")
    if "batch_norm" in values:
        yield (
            {"batch_norm": not values["batch_norm"]},
            (
                Text("Go without batch norm.", "不用批归一化。")
                if values["batch_norm"]
                else Text("Put a batch norm after each convolution.", "每个卷积后加批归一化。")
            ),
        )
    if "num_classes" in values:
        yield (
            {"num_classes": 10 if values["num_classes"] != 10 else 100},
            Text("Give it another number of classes.", "换一个类别数。"),
        )
    if "index" in values:
        yield {"index": (int(values["index"]) + 1) % 4}, Text("Take another stage.", "换一个阶段。")
    if values.get("name") in ("vgg16", "vgg16_bn"):
        other = "vgg16_bn" if values["name"] == "vgg16" else "vgg16"
        yield {"name": other}, Text("With or without batch norm.", "加上或去掉批归一化。")


def _of_shortcut(values: Mapping[str, Any]) -> Iterator[_Change]:
    if "index" not in values and "stride" in values:
        yield ({"stride": 2}, _SHRINK) if values["stride"] == 1 else ({"stride": 1}, _KEEP)
    kind = values.get("shortcut")
    if kind == "none":
        yield {"shortcut": "auto"}, _SHORTCUT
    elif kind is not None:
        if int(values.get("stride", 1)) > 1 and kind != "avgpool":
            yield {"shortcut": "avgpool"}, _POOL
        if kind in ("auto", "identity"):
            yield {"shortcut": "projection"}, _PROJECT
        yield {"shortcut": "none"}, _NO_SHORTCUT


def _of_convolutions(values: Mapping[str, Any]) -> Iterator[_Change]:
    if values.get("groups") == 1:
        yield {"groups": 32, "base_width": 4}, _GROUPS
    elif "groups" in values:
        yield {"groups": 1, "base_width": 64}, _UNGROUP
    if values.get("stride_on") == "conv2" and int(values.get("stride", 2)) > 1:
        yield {"stride_on": "conv1"}, _STRIDE_FIRST
    if values.get("dilation") == 1:
        yield {"dilation": 2}, _DILATE
    if "kernel_size" in values and int(values["kernel_size"]) < 5:
        yield (
            {"kernel_size": 5, "padding": 2},
            Text("Widen the windows to 5×5.", "把卷积窗口扩大到 5×5。"),
        )
    if "scales" in values:
        yield (
            {"scales": 2 * int(values["scales"])},
            Text("Cut twice as many slices of the same width.", "切成两倍多的分片，每片宽度不变。"),
        )
    if "order" in values:
        order = int(values["order"])
        yield (
            {"order": order - 1 if order > 2 else order + 1},
            Text("Change how often features are multiplied.", "改变特征相乘的次数。"),
        )
    if "mode" in values:
        other = "avg" if values["mode"] != "avg" else "conv"
        yield {"mode": other}, Text("Shrink in another way.", "换一种缩小的方式。")


def _of_width(values: Mapping[str, Any]) -> Iterator[_Change]:
    ratio = values.get("expand_ratio")
    if ratio is not None and ratio > 1:
        yield {"expand_ratio": int(ratio) // 2}, _HALVE_MIDDLE
    for name in ("planes", "outplanes", "inplanes"):
        if name in values:
            yield {name: 2 * int(values[name])}, _DOUBLE
            break
    if "inplanes" in values:
        yield {"inplanes": 2 * int(values["inplanes"])}, _WIDER_INPUT
    if "base_dim" in values:
        yield {"base_dim": 2 * int(values["base_dim"])}, _DOUBLE
    if "layer_scale" in values:
        scaled = bool(values["layer_scale"])
        yield (
            {"layer_scale": not scaled},
            (
                Text(
                    "Go without the learned factor on each branch.", "去掉每个分支上可学习的系数。"
                )
                if scaled
                else Text(
                    "Scale each branch by a learned factor.", "给每个分支乘一个可学习的系数。"
                )
            ),
        )
    if values.get("include_top"):
        yield (
            {"include_top": False},
            Text("Cut the head off: the map is the output.", "去掉分类头：直接输出特征图。"),
        )


def _of_gate(values: Mapping[str, Any]) -> Iterator[_Change]:
    if values.get("attention") == "none":
        yield {"attention": "se"}, _SE
    elif "attention" in values:
        yield {"attention": "none"}, _NO_GATE
    if values.get("norm_layer") == "batch":
        yield {"norm_layer": "none"}, Text("Go without norms.", "不用归一化。")


def _turned(diagram: Drawn, change: Mapping[str, Any]) -> Drawn | None:
    """The structure with its knobs turned; None where this is not legal or does not run."""
    fixed = dict(diagram.subject.fixed)
    values = dict(diagram.query)
    if set(change) & set(fixed):
        values.pop(diagram.subject.kind)
        values = {diagram.subject.kind: diagram.subject.base, **fixed, **values}
    values |= change
    try:
        other = diagram.of((name, plain(value)) for name, value in values.items())
        return None if other.graph.problem else other
    except ParameterError:
        return None


def _turn(diagram: Drawn, other: Drawn, change: Mapping[str, Any], why: Text) -> Turn:
    before, after = diagram.graph, other.graph
    language = diagram.options.lang
    sides = {"a": _bare(diagram), "b": _bare(other)}
    names = ("params", "macs", "receptive_field")
    return Turn(
        knobs={name: plain(value) for name, value in change.items()},
        why=TYPESET[language](why[language]),
        consequence=TYPESET[language](consequence(before, after)[language]),
        deltas={name: getattr(after.totals, name) - getattr(before.totals, name) for name in names},
        url=other.url,
        compare="/compare?" + urlencode([*sides.items(), *_in(language)], safe=",:"),
    )


def consequence(before: Graph, after: Graph) -> Text:
    """What becomes of shapes, parameters, multiply-adds, receptive field, as one sentence."""
    a, b = before.totals, after.totals
    parts = []
    for graphs, name in (("inputs", Text("input", "输入")), ("outputs", Text("output", "输出"))):
        one, other = (
            " + ".join(whole(node.shape) for node in getattr(graph, graphs))
            for graph in (before, after)
        )
        if one != other:
            parts.append(Text("{} {} → {}", "{}{} → {}").format(name, one, other))
    parts.append(_moved(Text("parameters", "参数量"), a.params, b.params))
    parts.append(_moved(Text("multiply-adds", "乘加次数"), a.macs, b.macs))
    sight = Text("receptive field", "感受野")
    parts.append(
        Text("{} still {}", "{}仍为 {}").format(sight, a.receptive_field)
        if a.receptive_field == b.receptive_field
        else Text("{} {} → {}", "{} {} → {}").format(sight, a.receptive_field, b.receptive_field)
    )
    return _sentence(parts)


def _sentence(parts: list[Text]) -> Text:
    english = ", ".join(part["en"] for part in parts)
    return Text(english[:1].upper() + english[1:] + ".", "，".join(p["zh"] for p in parts) + "。")


def _moved(name: Text, before: int, after: int) -> Text:
    if before == after:
        return Text("{} unchanged", "{}不变").format(name)
    one, other = (
        Text(amount(count).strip(), amount(count, "zh").strip()) for count in (before, after)
    )
    exact = f"{after - before:+,}".replace("-", "−")
    if one["en"] == other["en"]:
        return Text("{} {} ({})", "{} {}（{}）").format(name, other, exact)
    share = 100 * (after - before) / before if before else 0.0
    more = f"{share:+,.1f}%".replace("-", "−") if abs(share) >= 0.1 else exact
    return Text("{} {} → {} ({})", "{} {} → {}（{}）").format(name, one, other, more)


def _costs(graph: Graph) -> tuple[object, ...]:
    outputs = tuple(node.shape for node in graph.outputs)
    return outputs, graph.totals


def _bare(diagram: Drawn) -> str:
    pairs = [(name, value) for name, value in diagram.query if name not in Options.model_fields]
    return urlencode(pairs, safe=",:")


def _in(language: Language) -> list[tuple[str, str]]:
    default = Options.model_fields["lang"].default
    return [] if language == default else [("lang", language)]
