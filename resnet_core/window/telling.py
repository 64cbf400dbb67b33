"""What a window does, in sentences of both languages; each stands only where its fact is so."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Text
from resnet_core.language.terms import percent
from resnet_core.window.axis import Axis
from resnet_core.window.walk import Walk


def told(walk: Walk) -> tuple[Text, ...]:
    """The sentences, the most important first."""
    return (
        *_never_read(walk),
        *_reads(walk),
        *_steps(walk),
        *_dilated(walk),
        *_padding(walk),
        *_unreached(walk),
    )


def _reads(walk: Walk) -> Iterator[Text]:
    """What one output is made of."""
    high, wide = walk.rows.kernel, walk.columns.kernel
    if walk.rows.stride is None and (high, wide) == (walk.rows.size, walk.columns.size):
        yield Text(
            "The one window is as large as the map: the output reads all {:,} positions.",
            "唯一的窗口与整张图一样大：输出读取全部 {:,} 个位置。",
        ).format(walk.positions)
        return
    size = f"{high}×{wide}"
    if walk.rows.stride is None:
        yield Text(
            "Adaptive: the windows share the map out and are at most {} large.",
            "自适应：各窗口分摊整张图，每个最大 {}。",
        ).format(size)
    elif walk.node.role == "conv":
        yield Text(
            "Each output reads {} positions in {:,} channel{}: {:,} numbers.",
            "每个输出读取 {0} 个位置、{1:,} 个通道，共 {3:,} 个数。",
        ).format(size, walk.channels, "" if walk.channels == 1 else "s",
                 high * wide * walk.channels)  # fmt: skip
    else:
        yield Text(
            "Each output reads {} positions of its own channel.",
            "每个输出读取自己通道的 {} 个位置。",
        ).format(size)


def _steps(walk: Walk) -> Iterator[Text]:
    """How a window lies to the next, where both sides agree in it."""
    axis = walk.columns
    if axis.stride is None or _manner(axis) != _manner(walk.rows) or len(axis.reads) < 2:
        return
    if axis.dilation == 1 and axis.stride < axis.kernel:
        yield Text(
            "The window moves by {}, so a window and the next share {} of {} columns.",
            "窗口每次移动 {0}，因此相邻两个窗口共用 {2} 列中的 {1} 列。",
        ).format(axis.stride, axis.kernel - axis.stride, axis.kernel)
    elif axis.dilation == 1 and axis.stride == axis.kernel > 1:
        yield Text(
            "The window moves by its own width: no two windows overlap.",
            "窗口每次移动自身的宽度：窗口之间不重叠。",
        )


def _dilated(walk: Walk) -> Iterator[Text]:
    axis = walk.columns
    if _manner(axis) != _manner(walk.rows) or axis.dilation == 1 or axis.kernel == 1:
        return
    yield Text(
        "Dilation {0}: one window takes only every {1} row and column of the {2}×{2} it spans.",
        "空洞 {0}：一个窗口跨越 {2}×{2}，其中的行和列每 {0} 个只取一个。",
    ).format(axis.dilation, _every(axis.dilation), (axis.kernel - 1) * axis.dilation + 1)


def _never_read(walk: Walk) -> Iterator[Text]:
    """Whether something of the map is lost, and how often the rest is read."""
    if walk.never_read:
        yield Text(
            "{:,} of {:,} positions ({}) are never read: this call makes nothing of them.",
            "{1:,} 个位置中有 {0:,} 个（{2}）从未被读取：这次调用没有用到它们。",
        ).format(walk.never_read, walk.positions, percent(walk.never_read, walk.positions))
        return
    least, most = walk.reads_of_each
    if most == 1:
        yield Text("Every position is read exactly once.", "每个位置恰好被读取一次。")
    elif least == most:
        yield Text("Every position is read {} times.", "每个位置都被读取 {} 次。").format(most)
    else:
        yield Text(
            "Every position is read, {} to {} times.", "每个位置都会被读取，{} 到 {} 次。"
        ).format(least, most)


def _padding(walk: Walk) -> Iterator[Text]:
    """Who reads padding, and whether the end of it is read at all."""
    if walk.on_padding:
        what = Text("minus infinity", "负无穷") if walk.is_max else Text("zeros", "零")
        yield Text(
            "{:,} of {:,} outputs read padding ({}).",
            "{1:,} 个输出中有 {0:,} 个会读到填充（{2}）。",
        ).format(walk.on_padding, walk.outputs, what)


def _unreached(walk: Walk) -> Iterator[Text]:
    """What lies behind the last window, where the stride leaves no room for one more."""
    axes = (walk.rows, walk.columns)
    if any(axis.stride is None or axis.kernel == 1 for axis in axes):
        return
    names = (
        (Text("the last row", "最后一行"), Text("the last {} rows", "最后 {} 行")),
        (Text("the last column", "最后一列"), Text("the last {} columns", "最后 {} 列")),
    )
    ends = [
        (one if len(axis.tail) == 1 else several).format(len(axis.tail))
        for axis, (one, several) in zip(axes, names, strict=True)
        if axis.tail
    ]
    if not ends:
        return
    both = ends[0] if len(ends) == 1 else Text("{} and {}", "{}和{}").format(*ends)
    if all(place >= axis.size for axis in axes for place in axis.tail):
        yield Text(
            "The window does not reach {}: padding that nothing is made of.",
            "窗口到不了{}：这些填充没有用到。",
        ).format(both)
    else:
        yield Text("The window does not reach {}.", "窗口到不了{}。").format(both)


def _manner(axis: Axis) -> tuple[int, int | None, int]:
    return axis.kernel, axis.stride, axis.dilation


def _every(number: int) -> str:
    return {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
