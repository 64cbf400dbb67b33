"""Knobs that were turned and change nothing that is drawn: when they would act, and on what."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Anatomy, Outline

CLAIM = Said("One thing is not seen in the picture.", "有一点图上看不出来。")
CLAIMS = Said("Some things are not seen in the picture.", "有几点图上看不出来。")


def idle(block: Anatomy) -> Iterator[Passage]:
    """The paragraph on what was chosen for a block and does nothing here."""
    said = [*_dropped(block), *_unscaled(block), *_unmoved(block), *_unpooled(block)]
    if said and block.graph.problem is None:
        yield Passage(CLAIM if len(said) == 1 else CLAIMS, tuple(said))


def idle_in(outline: Outline) -> Iterator[Passage]:
    """The same of a network, told of its last block, where paths are dropped most often."""
    last = outline.blocks[-1]
    said = [*_dropped(last), *_unscaled(last), *_untraded(outline)]
    if said:
        yield Passage(CLAIM if len(said) == 1 else CLAIMS, tuple(said))


def _drops(block: Anatomy) -> list[Node]:
    return [call for call in block.calls if call.type == "DropPath"]


def _dropped(block: Anatomy) -> Iterator[Said]:
    """Stochastic depth: what it does in training, and that it does nothing now."""
    drops = _drops(block)
    if not drops:
        return
    rate = float(drops[0].attributes.get("p", 0))
    kept, share = f"{1 - rate:.2g}", f"{100 * rate:.3g}"
    where = Words(f"in {block.path} ", f"{block.path} 中，") if block.path else ("", "")
    branch = ("f is", "f") if len(drops) == 1 else Words("each of its branches is", "每条支路")
    yield Said(
        f"drop_path acts in training only: {where[0]}{branch[0]} then left out for {share}% of "
        f"the images, chosen by chance, and for the others divided by {kept}, so that the mean "
        "stays as it is. Here, as in use, it hands on everything.",
        f"drop_path 只在训练时起作用：{where[1]}{branch[1]}会随机略去 {share}% 的图，"
        f"其余的图则除以 {kept}，使平均值不变。这里和推理时一样，什么都不丢。",
        ids(drops),
    )


def _unscaled(block: Anatomy) -> Iterator[Said]:
    """A block that could scale its branches by γ and does not."""
    if block.knobs.get("layer_scale", True):
        return
    yield Said(
        "With layer_scale=false no γ scales f: it counts in full from the first step of training, "
        "where γ would begin at one millionth and let it in little by little.",
        "layer_scale=false 时没有 γ 来缩放 f：训练一开始 f 就完全起作用；"
        "若有 γ，f 则从百万分之一开始，一点点放进来。",
        ids(block.joins),
    )


def _unmoved(block: Anatomy) -> Iterator[Said]:
    """A stride that was moved where there is none."""
    knobs = block.knobs
    if knobs.get("stride_on", "conv2") == "conv2" or knobs.get("stride", 2) != 1:
        return
    yield Said(
        f"stride_on={knobs['stride_on']} has nothing to move here: at stride 1 every layer reads "
        "every position, wherever the stride is put.",
        f"stride_on={knobs['stride_on']} 在这里没有步长可移：步长为 1 时，放在哪一层都一样。",
        ids(block.steps[:1]),
    )


def _untraded(outline: Outline) -> Iterator[Said]:
    """Dilation in place of a stride that there is not."""
    knobs = outline.graph.group[""].attributes
    if knobs.get("dilate") and knobs.get("stride") == 1:
        yield Said(
            "dilate=true has no stride to trade here: at stride 1 nothing is dilated.",
            "dilate=true 在这里没有步长可换：步长为 1 时，什么都不带空洞。",
            ids(outline.blocks[0].spatial),
        )


def _unpooled(block: Anatomy) -> Iterator[Said]:
    """A shortcut that was to pool and has only to project."""
    if block.knobs.get("shortcut") != "avgpool" or block.kind != "projection":
        return
    yield Said(
        "shortcut=avgpool has nothing to pool here: at stride 1 the map keeps its size, so the "
        "shortcut is the same projection that shortcut=auto makes.",
        "shortcut=avgpool 在这里没有什么可池化：步长为 1 时特征图大小不变，"
        "捷径就是 shortcut=auto 会用的那个投影。",
        ids(block.side),
    )
