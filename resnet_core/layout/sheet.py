"""What is drawn where, and in which colours: boxes, wires and frames in points, y downwards.

Plain data. Every colour of a picture is a name in one table. ``ink`` is for print: black lines and
letters on white; where others have a hue, a narrow strip at the left edge of a box is hatched, in a
pattern for each hue, and the letters stay on white.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

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
            boxes=tuple(_box_at(box, *move((box.x, box.y))) for box in self.boxes),
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


def _box_at(box: Box, x: float, y: float) -> Box:
    return changed(box, x=x, y=y)


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


ThemeName = Literal["light", "dark", "ink"]

FONT = "Helvetica,Arial,Liberation Sans,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif"
TITLE, SUBTITLE, TEXT, SHAPE, SMALL = 17.0, 11.0, 12.0, 11.0, 9.0
FRAME_TEXT = 10.0

# name: (light, dark). Within a column no two names share a value: an SVG that follows the
# reader's system finds the dark colour by the light one.
COLOURS: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#0f172a"),
    "ink": ("#0b1220", "#f1f5f9"),
    "quiet": ("#5b6472", "#9aa7b8"),
    "wire": ("#475569", "#94a3b8"),
    "shortcut": ("#b23b0b", "#fb923c"),
    "gate": ("#a2246b", "#f472b6"),
    "frame": ("#f8fafc", "#151f35"),
    "frame-line": ("#cbd5e1", "#3b4a63"),
    "frame-text": ("#475568", "#a9b6c8"),
    "end": ("#1f2937", "#e2e8f0"),
    "end-text": ("#fefefe", "#0d1425"),
    "conv": ("#e3eefc", "#16304f"),
    "conv-line": ("#3b6fb6", "#6ea8f0"),
    "norm": ("#eef1f4", "#263143"),
    "norm-line": ("#8a94a3", "#7c8aa0"),
    "activation": ("#fff2d9", "#42310f"),
    "activation-line": ("#c98a1b", "#f0c75e"),
    "pool": ("#ecdffb", "#3d2a5e"),
    "pool-line": ("#6b2fa8", "#d0b3ff"),
    "linear": ("#dff3ea", "#0f3a2c"),
    "linear-line": ("#1f8a5f", "#43c592"),
    "attention": ("#f9e2ef", "#451b35"),
    "attention-line": ("#b83280", "#ee7fbb"),
    "join": ("#fffffe", "#101828"),
    "join-line": ("#1f2938", "#e3e9f1"),
    "block": ("#e4eefb", "#17304e"),
    "block-line": ("#3a6eb5", "#6fa9ef"),
    "projection": ("#fdebdd", "#47230f"),
    "projection-line": ("#c2410d", "#fb923d"),
    "stage": ("#e6f0fb", "#18314d"),
    "stage-line": ("#396db4", "#70aaee"),
    "other": ("#f1f3f6", "#28324a"),
    "other-line": ("#7b8798", "#8b99ae"),
    "added": ("#dcfce7", "#0d3b22"),
    "added-line": ("#15803d", "#4ade80"),
    "added-text": ("#166534", "#86efac"),
    "removed": ("#fff1f2", "#401620"),
    "removed-line": ("#be123c", "#fb7185"),
    "removed-text": ("#9f1239", "#fda4af"),
    "changed": ("#fef3c7", "#3f2d06"),
    "changed-line": ("#b45309", "#fbbf24"),
    "changed-text": ("#92400e", "#fcd34d"),
    "reshaped": ("#fffbeb", "#2b2312"),
    "reshaped-line": ("#b45308", "#fbbf25"),
    "reshaped-text": ("#92400d", "#fcd34e"),
    "cost-0": ("#fefefd", "#111a2c"),
    "cost-0-line": ("#b9c2cf", "#3a475e"),
    "cost-1": ("#fef0d8", "#2b2422"),
    "cost-1-line": ("#c9a77a", "#6a5540"),
    "cost-2": ("#fdd69f", "#45301f"),
    "cost-2-line": ("#c08a4e", "#8f6b45"),
    "cost-3": ("#fdb97c", "#66391a"),
    "cost-3-line": ("#b5692f", "#b37d45"),
    "cost-4": ("#fb9757", "#864415"),
    "cost-4-line": ("#a8471a", "#d6934d"),
    "cost-5": ("#ea7440", "#a34a13"),
    "cost-5-line": ("#8a2f0b", "#ffb066"),
    "unread": ("#3f4a5c", "#03060d"),
    "unread-edge": ("#334053", "#2b3850"),
    "unread-text": ("#c3ccd8", "#7b8aa3"),
    "problem": ("#fee2e2", "#4c1518"),
    "problem-line": ("#b91c1c", "#f87171"),
    "problem-text": ("#b91c1d", "#fca5a5"),
}

_PAINT: dict[str, str] = {
    "dropout": "other",
    "concat": "other",
    "reshape": "other",
    "identity": "other",
    "constant": "other",
    "input": "end",
    "output": "end",
    "add": "join",
    "multiply": "join",
}


def paint_of(role: str, shortcut: str = "") -> str:
    """The name of a box's colours; a block whose shortcut works on the shape stands out."""
    return "projection" if shortcut in ("projection", "pooled", "padded") else role


def ground_of(role: str) -> str:
    """The name of the colour that boxes of this role are filled with."""
    return _PAINT.get(role, role)


# In ink what is written and drawn is black; what is filled is white, but for these.
_BLACK, _WHITE = "#000000", "#ffffff"
_WRITTEN = ("ink", "quiet", "wire", "shortcut", "gate", "end", "unread")
_ON_BLACK = ("end-text", "unread-text")


@dataclass(frozen=True)
class Theme:
    """One column of the table."""

    name: ThemeName

    @classmethod
    def of(cls, asked: str) -> Theme:
        """The theme as it is drawn; what follows the reader's system is drawn light."""
        return cls("dark" if asked == "dark" else "ink" if asked == "ink" else "light")

    def __getitem__(self, colour: str) -> str:
        if self.name == "ink":
            drawn = colour in _WRITTEN or colour.endswith(("-line", "-text"))
            return _BLACK if drawn and colour not in _ON_BLACK else _WHITE
        return COLOURS[colour][0 if self.name == "light" else 1]

    def fill(self, role: str) -> str:
        return self[_PAINT.get(role, role)]

    def line(self, role: str) -> str:
        paint = _PAINT.get(role, role)
        return self[paint if paint == "end" else f"{paint}-line"]


def dark_of_light() -> dict[str, str]:
    """For each light colour its dark one."""
    return dict(COLOURS.values())


Stroke = tuple[Point, Point]

# How far the strip is from the outline of its box, how wide it is, and the pitch of its lines.
_INSET, _WIDE, _PITCH = 2.0, 4.4, 3.0
# Directions of the lines: rising, falling, level, upright. Hues that are alike look alike.
PATTERNS: Mapping[str, str] = {
    "conv": "/",
    "block": "/",
    "stage": "/",
    "norm": "-",
    "activation": "x",
    "pool": "\\",
    "linear": "|",
    "attention": "+",
    "projection": "x-",
}
_LINES: Mapping[str, str] = {"x": "/\\", "+": "-|", "x-": "/\\-"}


def hatching(sheet: Sheet) -> Iterator[Stroke]:
    """The strokes of every box that has a hue."""
    for box in sheet.boxes:
        pattern = PATTERNS.get(box.fill, "") if box.shape == "box" else ""
        for line in _LINES.get(pattern, pattern):
            yield from _lines(box, line)


def _lines(box: Box, direction: str) -> Iterator[Stroke]:
    """The lines of one direction in the strip of a box."""
    left = box.x - box.width / 2 + _INSET
    right = left + _WIDE
    # The corners of a box are round: the strip ends where they begin.
    top, bottom = box.y - box.height / 2 + 5, box.y + box.height / 2 - 5
    if direction == "|":
        for index in range(3):
            x = left + index * _WIDE / 2
            yield (x, top), (x, bottom)
        return
    slant = _WIDE if direction in "/\\" else 0.0
    y = top
    while y + slant <= bottom + 0.01:
        rising = direction == "/"
        yield (left, y + slant if rising else y), (right, y if rising else y + slant)
        y += _PITCH
