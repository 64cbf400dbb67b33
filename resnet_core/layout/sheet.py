"""What is drawn where: boxes, wires and frames in points, y downwards. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from resnet_core.graph.model import Edge, Group, Node, change_of

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
class Sheet:
    """Everything on one picture; frames outermost first. The legend stands at its foot."""

    heading: tuple[Line, ...]
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]
    width: float
    height: float
    legend: tuple[Line, ...] = ()
    direction: str = "TB"
