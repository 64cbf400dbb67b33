"""What is drawn where: boxes, wires and frames in points, y downwards. Plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from resnet_core.graph.model import Edge, Group, Node, change_of, changed

Point = tuple[float, float]

MARGIN = 18.0
# A side that leads away from the reader is drawn shorter, to the right and upwards.
AWAY = (0.36, 0.26)


@dataclass(frozen=True)
class Run:
    """One line of text; ``colour`` is a name in the theme's table.

    ``sample`` is a kind of wire, of which a piece is drawn in the blanks that begin the text.
    """

    text: str
    size: float
    colour: str = "ink"
    bold: bool = False
    strike: bool = False
    sample: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Face:
    """What stands on a box: lines on the left, lines on the right.

    ``drop`` is how far below the middle of the box the middle of the left lines is.
    """

    left: tuple[Line, ...]
    right: tuple[Line, ...] = ()
    centred: bool = False
    drop: float = 0.0


@dataclass(frozen=True)
class Slab:
    """A tensor drawn as a slab, in points: its front's width and height, and how deep it is.

    Its middle is ``inset`` from the right edge of its box, or in a row from the upper edge.
    """

    front: float
    tall: float
    deep: float
    inset: float = 0.0

    @property
    def width(self) -> float:
        return self.front + self.deep * AWAY[0]

    @property
    def height(self) -> float:
        return self.tall + self.deep * AWAY[1]


@dataclass(frozen=True)
class Box:
    """A node with its place: centre and size."""

    node: Node
    face: Face
    shape: str
    x: float
    y: float
    width: float
    height: float
    fill: str
    line: str
    frame: str = ""
    slab: Slab | None = None


@dataclass(frozen=True)
class Wire:
    """An edge as a path with right angles. ``note`` stands at ``note_at``, its left middle.

    ``kind`` says which line it is drawn as: a kind of shortcut, ``gate``, or nothing.
    """

    edge: Edge
    points: tuple[Point, ...]
    broken: bool = False
    note: str = ""
    note_at: Point = (0, 0)
    kind: str = ""

    @property
    def mark(self) -> str:
        """What has happened to its edge between two structures; nothing where it is the same."""
        change = change_of(self.edge)
        return "" if change == "same" else change


@dataclass(frozen=True)
class Frame:
    """The border around a group, with its name and figures."""

    group: Group
    left: float
    top: float
    right: float
    bottom: float
    name: str
    figures: str
    name_at: Point
    figures_at: Point
    parent: str = ""


@dataclass(frozen=True)
class Drawn:
    """Boxes, wires and frames with their places; frames outermost first."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]

    @property
    def borders(self) -> tuple[list[float], list[float]]:
        """How far it reaches: every x and every y of its outlines and wires."""
        sides = (-0.5, 0.5)
        return (
            [
                *(box.x + side * box.width for box in self.boxes for side in sides),
                *(x for wire in self.wires for x, _ in wire.points),
                *(x for frame in self.frames for x in (frame.left, frame.right)),
            ],
            [
                *(box.y + side * box.height for box in self.boxes for side in sides),
                *(y for wire in self.wires for _, y in wire.points),
                *(y for frame in self.frames for y in (frame.top, frame.bottom)),
            ],
        )

    def moved(self, move: Callable[[Point], Point]) -> Self:
        """The same with every place where ``move`` puts it."""
        return replace(
            self,
            boxes=tuple(changed(box, **_named("x y", move((box.x, box.y)))) for box in self.boxes),
            wires=tuple(
                changed(wire, points=tuple(map(move, wire.points)), note_at=move(wire.note_at))
                for wire in self.wires
            ),
            frames=tuple(
                changed(
                    frame,
                    **_named("left top", move((frame.left, frame.top))),
                    **_named("right bottom", move((frame.right, frame.bottom))),
                    name_at=move(frame.name_at),
                    figures_at=move(frame.figures_at),
                )
                for frame in self.frames
            ),
        )


def _named(names: str, point: Point) -> dict[str, Any]:
    return dict(zip(names.split(), point, strict=True))


@dataclass(frozen=True)
class Sheet(Drawn):
    """Everything on one picture. The heading stands above, the legend at the foot."""

    heading: tuple[Line, ...]
    width: float
    height: float
    legend: tuple[Line, ...] = ()
    direction: str = "TB"
