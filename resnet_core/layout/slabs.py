"""Tensors as slabs to scale in their boxes: the side is height and width, the thickness channels.

So "wide, narrow, wide" and "half the side, twice the channels" are seen and need not be read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from resnet_core.bilingual import Language, Text
from resnet_core.graph.model import Shape
from resnet_core.layout.elements import BETWEEN, SIZE, Tile, Tiles, end_tile
from resnet_core.layout.sheet import AWAY, Box, Line, Point, Run, Slab
from resnet_core.layout.typesetting import PAD, extent

Polygon = tuple[Point, ...]

# The longest side and the greatest thickness of a picture's slabs, and the least of either.
SIDE, THICK, LEAST = 78.0, 34.0, 2.0
# A size is drawn as it is, by its square root or by its cube root: by the first whose smallest is
# not lost beside the largest.
POWERS = (1.0, 1 / 2, 1 / 3)
AIR = 6.0

_TOLD = Text(
    "slabs: side = height and width{}, thickness = channels{}",
    "厚片：边长 = 高和宽{}，厚度 = 通道数{}",
)
_ROOTS = {
    1 / 2: Text(" (square root)", "（平方根）"),
    1 / 3: Text(" (cube root)", "（立方根）"),
}


@dataclass(frozen=True)
class Scale:
    """How long a size is drawn."""

    most: int
    room: float
    power: float

    @classmethod
    def of(cls, sizes: Collection[int], room: float) -> Scale:
        most, least = max(sizes, default=1), min(sizes, default=1)
        fits = (power for power in POWERS if room * (least / most) ** power >= 2 * LEAST)
        return cls(most, room, next(fits, POWERS[-1]))

    def __call__(self, size: int) -> float:
        return max(LEAST, self.room * float((size / self.most) ** self.power))


class Slabs:
    """The slabs of one view, all to one scale."""

    def __init__(self, tiles: Tiles, direction: str, language: Language) -> None:
        self.down = direction == "TB"
        # An input has a box like any other here, with room for its slab.
        self._bare = [
            end_tile(made.node, direction, language) if made.node.kind == "input" else made
            for made in tiles.values()
        ]
        shapes = [made.node.shape for made in self._bare if made.node.kind != "output"]
        sizes = [_sides(shape) for shape in shapes]
        # One number for a whole map is no side that others are to be measured by.
        sides = [side for _, high, wide in sizes for side in (high, wide) if side > 1]
        self.side = Scale.of(sides, SIDE)
        self.thickness = Scale.of([channels for channels, _, _ in sizes], THICK)
        drawn = [self._slab(shape) for shape in shapes]
        self._wide = max(slab.width for slab in drawn)
        self._high = max(slab.height for slab in drawn)
        self._beside = max(extent(made.face.right)[0] for made in self._bare)

    @property
    def tiles(self) -> Tiles:
        """The tiles with the slab of what each gives out; a sign and a failure have none."""
        return {made.node.id: self._with_slab(made) for made in self._bare}

    def _with_slab(self, made: Tile) -> Tile:
        if made.shape != "box":
            return made
        slab = self._slab(made.node.shape)
        if self.down:
            left, right = extent(made.face.left), extent(made.face.right)
            beside = self._beside if made.face.right else 0.0
            inset = PAD + beside + (BETWEEN if beside else 0) + self._wide / 2
            across = left[0] + BETWEEN + self._wide / 2 + inset + PAD
            height = max(left[1], right[1], slab.height) + 2 * AIR
            return replace(
                made, slab=replace(slab, inset=inset), width=max(made.width, across), height=height
            )
        inset = AIR + self._high / 2
        face = replace(made.face, drop=(self._high + AIR) / 2)
        return replace(
            made, face=face, slab=replace(slab, inset=inset),
            width=max(made.width, slab.width + 2 * PAD), height=made.height + self._high + AIR,
        )  # fmt: skip

    def _slab(self, shape: Shape) -> Slab:
        channels, high, wide = _sides(shape)
        thick = self.thickness(channels)
        if self.down:
            return Slab(self.side(wide), thick, self.side(high))
        return Slab(thick, self.side(high), self.side(wide))

    def told(self, language: Language) -> Line:
        """What the slabs stand for, at the picture's foot."""
        powers = self.side.power, self.thickness.power
        roots = (_ROOTS[power][language] if power in _ROOTS else "" for power in powers)
        return (Run(_TOLD[language].format(*roots), SIZE, "quiet"),)


def _sides(shape: Shape) -> tuple[int, int, int]:
    """Channels, height and width; a sequence [N, L, D] has its length as height."""
    sizes: Sequence[int] = [int(size) for size in shape[1:]] or [1]
    if len(sizes) == 2:
        return sizes[1], sizes[0], 1
    channels, *sides = sizes
    high, wide = ([1, 1, *sides])[-2:] if len(sides) < 3 else (sides[-2], sides[-1])
    return channels, high, wide


def faces(box: Box, down: bool) -> tuple[Polygon, Polygon, Polygon]:
    """What is seen of a box's slab: its front, its top and its right side, as corners."""
    slab = box.slab
    assert slab is not None
    if down:
        x, y = box.x + box.width / 2 - slab.inset, box.y
    else:
        x, y = box.x, box.y - box.height / 2 + slab.inset
    right, up = slab.deep * AWAY[0], slab.deep * AWAY[1]
    left, top = x - slab.width / 2, y - slab.height / 2 + up
    end, low = left + slab.front, top + slab.tall
    return (
        ((left, top), (end, top), (end, low), (left, low)),
        ((left, top), (left + right, top - up), (end + right, top - up), (end, top)),
        ((end, top), (end + right, top - up), (end + right, low - up), (end, low)),
    )
