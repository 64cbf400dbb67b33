"""What a variant brought, as its authors or others measured it: told where the variant stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from resnet_core.explain.explanation import Said
from resnet_core.explain.facts import normed
from resnet_core.explain.published import Given, Why, quoting
from resnet_core.graph.structure import Anatomy, Outline

# What ResNet-50 fixes: the figures were measured with it, and changed in one knob at a time.
_FIFTY = {"block": "bottleneck", "layers": "3,4,6,3"}
_PLAIN = {"groups": 1, "base_width": 64, "norm_layer": "batch", "activation": "relu",
          "attention": "none", "preact": False, "output_stride": 32}  # fmt: skip


def _is_fifty(values: Given, **others: object) -> bool:
    """Whether the knobs are those of ResNet-50, but for these."""
    wanted = _FIFTY | _PLAIN | others
    return all(values.get(name) == value for name, value in wanted.items())


def _blocks(outline: Outline) -> tuple[Anatomy, ...]:
    return tuple(block for block in outline.blocks if block.group.level == "block")


def _letters(_: Outline, values: Given) -> Iterator[Why]:
    """ResNet-50 and its letters."""
    if not _is_fifty(values) or values.get("shortcut") not in ("auto", "avgpool"):
        return
    yield Why(
        Said(
            "What do v1.5, C and D bring? A few tenths of a point each.",
            "v1.5、C、D 各提高多少？各零点几个百分点。",
        ),
        (
            quoting(
                "GluonCV trained all of them with 50 layers and reports these accuracies: "
                "{gluon-v1}% with the stride in the first 1×1 (v1), {gluon-b}% with it in the 3×3 "
                "(v1.5, or B), {gluon-c}% with three 3×3 in the stem as well (C), {gluon-d}% with "
                "shortcuts that pool as well (D).",
                "GluonCV 把这几种都训练到 50 层，报告的准确率是：步长在第一个 1×1 上（v1）"
                "{gluon-v1}%，放到 3×3 上（v1.5，即 B）{gluon-b}%，stem 再换成三个 3×3（C）"
                "{gluon-c}%，捷径再加池化（D）{gluon-d}%。",
            ),
            Said(
                "Each has a training script of its own, so the differences are rough.",
                "它们的训练脚本各不相同，差距只能看个大概。",
            ),
        ),
        ("gluon-v1", "gluon-b", "gluon-c", "gluon-d"),
    )


def _first(outline: Outline, _: Given) -> Iterator[Why]:
    """Pre-activation: the deeper, the more."""
    if not any(block.preactivated and block.joins and normed(block) for block in _blocks(outline)):
        return
    yield Why(
        Said(
            "What does putting norm and activation first bring? More, the deeper the network.",
            "把归一化和激活放到前面有什么好处？网络越深，好处越大。",
        ),
        (
            quoting(
                "On CIFAR-10 ResNet-110 went from {identity-110}% to {preact-110}% errors, "
                "ResNet-164 from {post-164}% to {preact-164}%; with 1,001 layers it made "
                "{preact-1001}%.",
                "在 CIFAR-10 上，ResNet-110 的错误率从 {identity-110}% 降到 {preact-110}%，"
                "ResNet-164 从 {post-164}% 降到 {preact-164}%；1,001 层时是 {preact-1001}%。",
            ),
        ),
        ("identity-110", "preact-110", "post-164", "preact-164", "preact-1001"),
    )


def _wide(_: Outline, values: Given) -> Iterator[Why]:
    """Width in place of depth."""
    if not _is_fifty(values, base_width=128):
        return
    yield Why(
        Said(
            "Why wider and not deeper? Wide layers use the hardware better.",
            "为什么加宽而不加深？宽的层更能用满硬件。",
        ),
        (
            quoting(
                "This network made {wide-50}% errors, ResNet-50 {wide-base}% and ResNet-152 "
                "{wide-152}%; 16 images took {wide-time} ms, with ResNet-152 {deep-time} ms.",
                "这个网络的错误率是 {wide-50}%，ResNet-50 是 {wide-base}%，ResNet-152 是 "
                "{wide-152}%；16 张图用时 {wide-time} 毫秒，ResNet-152 用 {deep-time} 毫秒。",
            ),
        ),
        ("wide-50", "wide-base", "wide-152", "wide-time", "deep-time"),
    )


def _grouped(outline: Outline, values: Given) -> Iterator[Why]:
    """Group norm: independent of the batch, at a small price."""
    norms = [call for call in outline.graph.calls if call.type == "GroupNorm"]
    if not norms or values.get("norm_layer") != "group":
        return
    yield Why(
        Said(
            "What does group norm bring? With few images at a time, much; with many, nothing.",
            "组归一化有什么好处？一次只有几张图时好处很大，图多时没有。",
        ),
        (
            quoting(
                "With 2 images on each device its paper measured an error {group-gain} points "
                "below that of batch norm, for ResNet-50.",
                "每张卡只放 2 张图时，论文测得 ResNet-50 的错误率比批归一化低 {group-gain} "
                "个百分点。",
            ),
            quoting(
                "In usual batches GluonCV reports {gluon-gn}% accuracy for ResNet-50 with it and "
                "{gluon-b}% with batch norm.",
                "在通常的批量下，GluonCV 报告的 ResNet-50 准确率是 {gluon-gn}%，"
                "批归一化是 {gluon-b}%。",
            ),
        ),
        ("group-gain", "gluon-gn", "gluon-b"),
    )


def _slices(outline: Outline, _: Given) -> Iterator[Why]:
    """Res2Net: more slices at one price."""
    if not any(block.type == "Res2NetBlock" for block in _blocks(outline)):
        return
    yield Why(
        Said(
            "Why several slices? At one price, more of them make fewer errors.",
            "为什么要分好几片？代价相同，片数越多，错误越少。",
        ),
        (
            quoting(
                "With 50 layers and 4.2 G multiply-adds its authors report {slices-2}% errors with "
                "2 slices of 48 channels, {slices-4}% with 4 of 26 and {slices-8}% with 8 of 14.",
                "50 层、42 亿次乘加时，作者报告的错误率是：2 片各 48 个通道 {slices-2}%，"
                "4 片各 26 个 {slices-4}%，8 片各 14 个 {slices-8}%。",
            ),
        ),
        ("slices-2", "slices-4", "slices-8"),
    )


def _thumbnails(_: Outline, values: Given) -> Iterator[Why]:
    """The family of CIFAR-10: depth pays, up to a point."""
    if "depth" not in values or values.get("shortcut") != "padded":
        return
    yield Why(
        Said(
            "What does depth bring on CIFAR-10? Fewer errors, up to 110 layers.",
            "在 CIFAR-10 上加深有什么好处？到 110 层为止，错误越来越少。",
        ),
        (
            quoting(
                "The paper of 2015 reports {cifar-20}% errors with 20 layers, {cifar-56}% with 56 "
                "and {cifar-110}% with 110, but {cifar-1202}% with 1,202, which it explains by "
                "overfitting.",
                "2015 年的论文报告：20 层错误率 {cifar-20}%，56 层 {cifar-56}%，110 层 "
                "{cifar-110}%；1,202 层却是 {cifar-1202}%，论文归因于过拟合。",
            ),
        ),
        ("cifar-20", "cifar-56", "cifar-110", "cifar-1202"),
    )


def _at_zero(outline: Outline, values: Given) -> Iterator[Why]:
    """The last norms at zero: a small gain, as torchvision notes it."""
    if not values.get("zero_init_residual") or values.get("norm_layer") == "none":
        return
    if any(block.preactivated or not block.joins for block in _blocks(outline)):
        return
    yield Why(
        Said(
            "What does starting at zero bring? A little.",
            "从零开始有什么好处？有一点。",
        ),
        (
            quoting(
                "torchvision's source gives {zero-low} to {zero-high} points of accuracy, "
                "after Goyal et al.",
                "torchvision 的源码注释援引 Goyal 等人：准确率提高 {zero-low} 到 {zero-high} "
                "个百分点。",
            ),
        ),
        ("zero-low", "zero-high"),
    )


EFFECTS: tuple[Callable[[Outline, Given], Iterator[Why]], ...] = (
    _letters, _first, _wide, _grouped, _slices, _thumbnails, _at_zero,
)  # fmt: skip
