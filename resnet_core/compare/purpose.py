"""Why a change is made: a clause for each knob that was turned, with who measured its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resnet_core.bilingual import TYPESET, Language
from resnet_core.compare.diff import Diff
from resnet_core.explain.explanation import Said
from resnet_core.explain.published import cited, quoting
from resnet_core.registry import BLOCKS

_Knobs = Mapping[str, Any]


@dataclass(frozen=True)
class Purpose:
    """What a change is for, and the published figures that the clause quotes."""

    said: Said
    figures: tuple[str, ...] = ()


def why(diff: Diff, language: Language) -> tuple[str, ...]:
    """A clause for each change whose purpose is known, its sources behind it."""
    found = []
    for purpose in _purposes(diff):
        told = TYPESET[language](purpose.said[language])
        sources = "; ".join(cited(purpose.figures, language))
        found.append(f"{told} [{sources}]" if sources else told)
    return tuple(found)


def _purposes(diff: Diff) -> Iterator[Purpose]:
    a, b = (_knobs(subject.caption.parameters, subject.caption.name) for subject in diff.subjects)
    if any(subject.graph.problem for subject in diff.subjects):
        return
    for applies, purpose in _KNOWN:
        if applies(a, b):
            yield purpose


def _knobs(values: _Knobs, name: str) -> _Knobs:
    """The knobs, with the subject's own name among them."""
    return {"": name, **values}


def _turned(name: str, before: Any, after: Any) -> Callable[[_Knobs, _Knobs], bool]:
    """Whether this knob went from one value to the other."""
    return lambda a, b: (a.get(name, ""), b.get(name, "")) == (before, after)


def _fifty(values: _Knobs) -> bool:
    """Whether a figure for ResNet-50 is one for this network."""
    return values.get("block") == "bottleneck" and values.get("layers") == "3,4,6,3"


def _late(a: _Knobs, b: _Knobs) -> bool:
    """Whether the 3×3 got a stride of two and reads all, as it does undilated."""
    moved = _turned("stride_on", "conv1", "conv2")(a, b)
    whole = b.get("stride", 2) == 2 and b.get("dilation", 1) == 1
    return moved and whole and b.get("block", b[""]) == "bottleneck" and b.get("groups") == 1


def _preact(a: _Knobs, b: _Knobs) -> bool:
    pair = a[""], b[""]
    blocks = pair in (("basic", "preact_basic"), ("bottleneck", "preact_bottleneck"))
    return blocks or _turned("preact", False, True)(a, b)


def _tricks(stem: bool, pool: bool) -> Callable[[_Knobs, _Knobs], bool]:
    """Whether ResNet-50 got the deep stem, the pooled shortcuts, or both."""

    def applies(a: _Knobs, b: _Knobs) -> bool:
        deep = _turned("stem", "conv7x7", "deep")(a, b)
        pooled = _turned("shortcut", "auto", "avgpool")(a, b)
        return (deep, pooled) == (stem, pool) and _fifty(a) and _fifty(b)

    return applies


def _groups(a: _Knobs, b: _Knobs) -> bool:
    return _fifty(a) and _fifty(b) and (a["groups"], b["groups"], b["base_width"]) == (1, 32, 4)


def _wide(a: _Knobs, b: _Knobs) -> bool:
    return _fifty(a) and _fifty(b) and (a["base_width"], b["base_width"], b["groups"]) == (
        64, 128, 1)  # fmt: skip


def _deeper(block: str, before: str, after: str) -> Callable[[_Knobs, _Knobs], bool]:
    def applies(a: _Knobs, b: _Knobs) -> bool:
        added = all(knobs.get("shortcut") != "none" for knobs in (a, b))
        same = a.get("block") == b.get("block") == block
        return added and same and _turned("layers", before, after)(a, b)

    return applies


def _zeroed(a: _Knobs, b: _Knobs) -> bool:
    """Whether last norms begin at zero, as those did that were measured."""
    normed = b.get("norm_layer") != "none" and not b.get("preact")
    added = b.get("shortcut") != "none"
    return _turned("zero_init_residual", False, True)(a, b) and normed and added


def _new_channels(a: _Knobs, b: _Knobs) -> bool:
    """Whether zeros gave way to projections where channels are added."""
    widens = "planes" not in b or b.get("inplanes") != b["planes"] * _expansion(b[""])
    return _turned("shortcut", "padded", "auto")(a, b) and widens


def _expansion(block: str) -> int:
    return BLOCKS[block].expansion if block in BLOCKS else 1


def _bottle(a: _Knobs, b: _Knobs) -> bool:
    """Whether pairs of 3×3 became bottlenecks, in as many blocks."""
    pair = a.get("block", a[""]), b.get("block", b[""])
    return pair == ("basic", "bottleneck") and a.get("layers") == b.get("layers")


def _plain(a: _Knobs, b: _Knobs) -> bool:
    kinds = a.get("shortcut", ""), b.get("shortcut", "")
    return "none" in kinds and kinds[0] != kinds[1] and all(kinds)


def _from_vgg(a: _Knobs, b: _Knobs) -> bool:
    return a[""] in ("vgg", "vgg16") and not a.get("batch_norm") and b[""] == "resnet50"


_KNOWN: tuple[tuple[Callable[[_Knobs, _Knobs], bool], Purpose], ...] = (
    (_late, Purpose(
        quoting("Why: a strided 1×1 reads one position in four, the 3×3 reads all; NVIDIA reports "
                "about {late-gain} points more accuracy for ResNet-50.",
                "目的：带步长的 1×1 四个位置只读一个，3×3 全都读到；NVIDIA 报告 ResNet-50 的准确率"
                "提高约 {late-gain} 个百分点。"), ("late-gain",))),
    (_tricks(stem=True, pool=False), Purpose(
        quoting("Why: three small convolutions with activations between them instead of one large "
                "one; GluonCV reports {gluon-b}% → {gluon-c}% accuracy.",
                "目的：用三个夹着激活的小卷积代替一个大卷积；GluonCV 报告准确率 {gluon-b}% → "
                "{gluon-c}%。"), ("gluon-b", "gluon-c"))),
    (_tricks(stem=False, pool=True), Purpose(
        quoting("Why: pooled shortcuts read every position of x; with the deep stem GluonCV "
                "reports {gluon-c}% → {gluon-d}% accuracy.",
                "目的：先池化的捷径读到 x 的每个位置；在深 stem 的网络上 GluonCV 报告准确率 "
                "{gluon-c}% → {gluon-d}%。"), ("gluon-c", "gluon-d"))),
    (_tricks(stem=True, pool=True), Purpose(
        quoting("Why: more activations at the start, and shortcuts that read every position of x; "
                "GluonCV reports {gluon-b}% → {gluon-d}% accuracy.",
                "目的：开头多几次激活，捷径读到 x 的每个位置；GluonCV 报告准确率 {gluon-b}% → "
                "{gluon-d}%。"), ("gluon-b", "gluon-d"))),
    (_groups, Purpose(
        quoting("Why: what groups save is spent on width; at equal cost {resnext-base}% → "
                "{resnext-50}% errors.",
                "目的：分组省下的用来加宽；开销相同，错误率 {resnext-base}% → {resnext-50}%。"),
        ("resnext-base", "resnext-50"))),
    (_wide, Purpose(
        quoting("Why: fewer errors without more layers, {wide-base}% → {wide-50}%.",
                "目的：不加层也能减少错误，{wide-base}% → {wide-50}%。"),
        ("wide-base", "wide-50"))),
    (_turned("attention", "none", "se"), Purpose(
        quoting("Why: the whole image decides how much each channel counts; ResNet-50 went from "
                "{se-base}% to {se-50}% errors.",
                "目的：让整张图决定每个通道的轻重；ResNet-50 的错误率从 {se-base}% 降到 "
                "{se-50}%。"),
        ("se-base", "se-50"))),
    (_turned("attention", "none", "eca"), Purpose(Said(
        "Why: the whole image decides how much each channel counts, at the price of a few numbers.",
        "目的：让整张图决定每个通道的轻重，只多花几个数。"))),
    (_turned("attention", "none", "cbam"), Purpose(Said(
        "Why: the whole image decides how much each channel counts, and each position's "
        "neighbours how much the position counts.",
        "目的：让整张图决定每个通道的轻重，再让周围的位置决定每个位置的轻重。"))),
    (_turned("norm_layer", "batch", "group"), Purpose(
        quoting("Why: no image depends on the others of its batch; with 2 images on a device "
                "ResNet-50 makes {group-gain} points fewer errors.",
                "目的：每张图不再依赖同批的其他图；每张卡 2 张图时，ResNet-50 的错误率低 "
                "{group-gain} 个百分点。"), ("group-gain",))),
    (_zeroed, Purpose(
        quoting("Why: at first every block is its shortcut; torchvision's source names a gain of "
                "{zero-low} to {zero-high} points.",
                "目的：一开始每个块就是它的捷径；torchvision 的源码注释说提高 {zero-low} 到 "
                "{zero-high} 个百分点。"), ("zero-low", "zero-high"))),
    (_preact, Purpose(
        quoting("Why: nothing follows the addition, so within a stage signal and gradient "
                "have a straight path; on CIFAR-10 ResNet-164 went from {post-164}% to "
                "{preact-164}% errors.",
                "目的：相加之后没有别的运算，同一阶段里信号和梯度有一条直路；"
                "ResNet-164 在 CIFAR-10 上的错误率从 {post-164}% 降到 {preact-164}%。"),
        ("post-164", "preact-164"))),
    (_plain, Purpose(
        quoting("Why it matters: 34 plain layers made {plain-34}% errors, with shortcuts "
                "{resnet-34-a}%.",
                "差别在于：34 层普通网络错误率 {plain-34}%，有捷径时 {resnet-34-a}%。"),
        ("plain-34", "resnet-34-a"))),
    (_bottle, Purpose(
        quoting("Why: for about the price of two 3×3 on n channels a bottleneck carries 4n; "
                "ResNet-34 made {resnet-34-b}% errors, ResNet-50 {resnet-50}%.",
                "目的：n 个通道上两个 3×3 的价钱，瓶颈块能处理 4n 个通道；ResNet-34 的错误率是 "
                "{resnet-34-b}%，ResNet-50 是 {resnet-50}%。"), ("resnet-34-b", "resnet-50"))),
    (_new_channels, Purpose(
        quoting("Why: new channels begin with something of x and not with zeros; ResNet-34 went "
                "from {resnet-34-a}% to {resnet-34-b}% errors.",
                "目的：新增的通道里也有 x 的内容，而不是零；ResNet-34 的错误率从 "
                "{resnet-34-a}% 降到 {resnet-34-b}%。"), ("resnet-34-a", "resnet-34-b"))),
    (_turned("shortcut", "auto", "projection"), Purpose(
        quoting("What it brings: little. ResNet-34 went from {resnet-34-b}% to {resnet-34-c}% "
                "errors.",
                "好处不大：ResNet-34 的错误率从 {resnet-34-b}% 降到 {resnet-34-c}%。"),
        ("resnet-34-b", "resnet-34-c"))),
    (_deeper("basic", "2,2,2,2", "3,4,6,3"), Purpose(
        quoting("Why: with shortcuts more depth helps, {resnet-18}% → {resnet-34-a}% errors.",
                "目的：有了捷径，加深才划算，错误率 {resnet-18}% → {resnet-34-a}%。"),
        ("resnet-18", "resnet-34-a"))),
    (_deeper("bottleneck", "3,4,6,3", "3,4,23,3"), Purpose(
        quoting("Why: with shortcuts more depth helps, {resnet-50}% → {resnet-101}% errors.",
                "目的：有了捷径，加深才划算，错误率 {resnet-50}% → {resnet-101}%。"),
        ("resnet-50", "resnet-101"))),
    (_deeper("bottleneck", "3,4,6,3", "3,8,36,3"), Purpose(
        quoting("Why: with shortcuts more depth helps, {resnet-50}% → {resnet-152}% errors.",
                "目的：有了捷径，加深才划算，错误率 {resnet-50}% → {resnet-152}%。"),
        ("resnet-50", "resnet-152"))),
    (_from_vgg, Purpose(
        quoting("Why: deeper, cheaper and better, {vgg-16}% → {crop-50}% errors.",
                "目的：更深、更省、也更准，错误率 {vgg-16}% → {crop-50}%。"),
        ("vgg-16", "crop-50"))),
    (lambda a, b: b.get("output_stride", 32) < a.get("output_stride", 32), Purpose(Said(
        "Why: the last map stays large, as segmentation needs it to know where things are.",
        "目的：最后的特征图保持较大，分割要靠它知道物体在哪里。"))),
)  # fmt: skip
