"""Sheet → DOT. Every position is in it, so ``neato -n2`` draws it as it is and ``dot`` anew."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from graphviz import Digraph, quoting

from resnet_core.formats.registry import FORMATS, Drawable
from resnet_core.layout.elements import KINDS, sample_ends, spline
from resnet_core.layout.sheet import (
    FONT,
    FRAME_TEXT,
    MARGIN,
    SUBTITLE,
    Box,
    Face,
    Frame,
    Line,
    Point,
    Run,
    Sheet,
    Theme,
    Wire,
    hatching,
)
from resnet_core.layout.slabs import faces
from resnet_core.layout.typesetting import (
    AIR,
    BASELINE,
    LINE_HEIGHT,
    PAD,
    Letters,
    extent,
    line_height,
    line_width,
    on_box,
    on_legend,
)

# What tells boxes of a shape from others.
_SHAPES: Mapping[str, Mapping[str, str]] = {
    "glyph": {"shape": "circle", "style": "filled", "penwidth": "1.5"},
    "card": {"penwidth": "1.6"},
}
# The outline of a slab.
_FINE = "setlinewidth(0.9)"
# How long the heads of arrows are.
TIP, RING = 7.0, 5.6


@FORMATS.register("dot", media="text/vnd.graphviz", title="DOT", rank=4, quality=2)
def write(drawing: Drawable) -> bytes:
    """The drawing in the DOT language, positions included."""
    return drawing.dot.encode()


def dot(sheet: Sheet, theme: Theme, name: str, paper: bool = True) -> str:
    """The sheet in the DOT language, with this theme's colours, on paper or on nothing."""
    return _Writer(sheet, theme, paper).write(name)


def outlines(sheet: Sheet, theme: Theme, name: str, paper: bool = True) -> str:
    """The same without a letter, for whoever sets the text himself, as ``draw.svg`` does.

    Graphviz spends half of its time on the letters of a picture.
    """
    return _Writer(sheet, theme, paper, lettered=False).write(name)


class _Writer:
    """One sheet on its way to DOT. Graphviz counts y upwards, so heights are turned over."""

    def __init__(self, sheet: Sheet, theme: Theme, paper: bool, lettered: bool = True) -> None:
        self.sheet = sheet
        self.theme = theme
        self.paper = theme["paper"] if paper else "transparent"
        self.strokes = list(hatching(sheet)) if theme.name == "ink" else []
        self.slabs = [box for box in sheet.boxes if box.slab]
        self.lettered = lettered
        self.high = sheet.height
        # By the frame that they stand in.
        self.frames: dict[str, list[Frame]] = defaultdict(list)
        self.boxes: dict[str, list[Box]] = defaultdict(list)
        for frame in sheet.frames:
            self.frames[frame.parent].append(frame)
        for box in sheet.boxes:
            self.boxes[box.frame].append(box)

    def write(self, name: str) -> str:
        graph = Digraph(name)
        if self.behind:
            graph.body.append(f"\tgraph [_background={self._behind()}]\n")
        # What is said of all letters, and what of none.
        all_letters = {"fontname": FONT} if self.lettered else {}
        none = {} if self.lettered else {"label": ""}
        _set(
            graph,
            bb=f"0,0,{_n(self.sheet.width)},{_n(self.sheet.height)}",
            # Hatching lies below all that Graphviz fills: then the paper is the ground itself.
            bgcolor=self.paper if self.behind else "transparent",
            pad="0",
            margin="0",
            **all_letters,
        )
        _set(graph, "node", shape="box", style=self._style("filled,rounded"), fixedsize="shape",
             penwidth="1.1", margin="0", **all_letters, **none)  # fmt: skip
        _set(graph, "edge", arrowsize="0.7", penwidth="1.3", color=self.theme["wire"],
             fontsize=_n(SUBTITLE), **all_letters)  # fmt: skip
        with graph.subgraph(name="cluster") as paper:
            self._paper(paper)
            self._lines(paper, "heading", self.sheet.heading, MARGIN)
            self._frames(paper, "")
            foot = self.sheet.height - MARGIN - extent(self.sheet.legend)[1]
            self._lines(paper, "legend", self.sheet.legend, foot)
        for wire in self.sheet.wires:
            self._wire(graph, wire)
        for box in self.sheet.boxes:
            if any(run.sample for line in box.face.left for run in line):
                self._samples(graph, dot_name(box.node.id), on_box(box), arrowhead="none")
        self._samples(graph, "legend", on_legend(self.sheet))
        return str(graph.source)

    def _paper(self, graph: Digraph) -> None:
        """The background, as large as the sheet: it keeps the margins in every format."""
        colour = "transparent" if self.behind else self.paper
        size = f"{_n(self.sheet.width)},{_n(self.sheet.height)}"
        _set(graph, bb=f"0,0,{size}", style="filled", fillcolor=colour, color=colour,
             **self._called(id="paper"))  # fmt: skip
        if self.behind:
            # Or else the ground is drawn once more, above the hatching.
            _set(graph, bgcolor="transparent")

    def _lines(self, graph: Digraph, name: str, lines: tuple[Line, ...], top: float) -> None:
        """The heading or the legend: nothing but text."""
        if not lines or not self.lettered:
            return
        wide, high = extent(lines)
        _node(
            graph,
            name,
            _table([[(lines, "LEFT")]], self.theme),
            pos=self._pos((MARGIN + wide / 2, top + high / 2)),
            width=_inch(wide + 8),
            height=_inch(high + 8),
            shape="plaintext",
            style="",
            id=name,
        )

    def _frames(self, graph: Digraph, parent: str) -> None:
        """Frames as clusters, each with the boxes that stand directly in it."""
        for frame in self.frames[parent]:
            with graph.subgraph(name=f"cluster_{frame.group.path}") as inner:
                self._frame(inner, frame)
                self._frames(inner, frame.group.path)
        for box in self.boxes[parent]:
            self._box(graph, box)

    def _frame(self, graph: Digraph, frame: Frame) -> None:
        corners = (frame.left, frame.bottom), (frame.right, frame.top)
        _set(
            graph,
            bb=",".join(self._pos(corner) for corner in corners),
            style=self._style("rounded,filled"),
            fillcolor="transparent" if self.behind else self.theme["frame"],
            color=self.theme["frame-line"],
            peripheries="2" if frame.group.folded else "1",
            label="",
            **self._called(id=frame.group.path),
        )
        for which, text, at in (
            ("name", frame.name, frame.name_at),
            ("figures", frame.figures, frame.figures_at),
        ):
            if text and self.lettered:
                line = (Run(text, FRAME_TEXT, "ink" if which == "name" else "frame-text"),)
                wide = line_width(line)
                _node(
                    graph,
                    f"{which} of {frame.group.path}",
                    _line(line, self.theme, whole=True),
                    pos=self._pos((at[0] + wide / 2, at[1] - FRAME_TEXT * 0.35)),
                    width=_inch(wide + 8),
                    height=_inch(FRAME_TEXT * 2),
                    shape="plaintext",
                    style="",
                    **{"class": f"frame-{which}"},
                )

    def _box(self, graph: Digraph, box: Box) -> None:
        looks = dict(_SHAPES.get(box.shape, {}))
        # A box has one line around it unless told otherwise.
        if box.shape == "box" and (self.lettered or box.node.folded):
            looks["peripheries"] = "2" if box.node.folded else "1"
        if box.line == "removed":
            looks["style"] = self._style("filled,rounded,dashed")
        name = dot_name(box.node.id)
        _node(
            graph,
            name,
            _face(box, self.theme) if self.lettered else None,
            pos=self._pos((box.x, box.y)),
            width=_inch(box.width),
            height=_inch(box.height),
            fillcolor="transparent" if self._is_open(box) else self.theme.fill(box.fill),
            color=self.theme.line(box.line),
            **self._called(**{"id": name, "class": box.node.role}),
            **looks,
        )

    def _wire(self, graph: Digraph, wire: Wire) -> None:
        edge = wire.edge
        looks = dict(KINDS.get(wire.kind, {}))
        if edge.lane != "main":
            looks["color"] = self.theme[edge.lane]
        if wire.broken:
            looks |= {"color": self.theme["problem-line"], "penwidth": "2"}
        if mark := wire.mark:
            looks |= {"color": self.theme[f"{mark}-line"], "penwidth": "2",
                      "style": "dashed" if mark == "removed" else "solid"}  # fmt: skip
        if wire.note and self.lettered:
            looks |= self._note(wire, mark)
        _edge(graph, dot_name(edge.source), dot_name(edge.target),
              pos=self._spline(wire.points, wire.kind), **self._called(**{"class": edge.lane}),
              **looks)  # fmt: skip

    def _called(self, **names: str) -> dict[str, str]:
        """Id and class in the picture; whoever sets the text gives them too."""
        return names if self.lettered else {}

    def _style(self, words: str) -> str:
        """Whoever sets the text rounds the corners too: Graphviz writes 24 points for a box."""
        if self.lettered:
            return words
        return ",".join(word for word in words.split(",") if word != "rounded")

    @property
    def behind(self) -> bool:
        """Whether something is drawn below the boxes, which are then open to it."""
        return bool(self.strokes or self.slabs)

    def _is_open(self, box: Box) -> bool:
        return box.shape == "box" and (bool(self.strokes) or box.slab is not None)

    def _behind(self) -> str:
        """Slabs and strokes in xdot, Graphviz's words for a pen, its colour, a line, a polygon.

        A string of DOT has at most 16,384 letters, so that it is put together from several.
        """
        words = []
        if self.slabs:
            words.append(f"S {len(_FINE)} -{_FINE} ")
        for box in self.slabs:
            line, fill = self.theme.line(box.line), self.theme.fill(box.fill)
            words.append(f"c {len(line)} -{line} C {len(fill)} -{fill} ")
            for corners in faces(box, self.sheet.direction == "TB"):
                words.append(f"P {len(corners)} {self._places(corners)} ")
        if self.strokes:
            words.append("S 17 -setlinewidth(0.7) c 7 -#000000 ")
        words += [f"L 2 {self._places(stroke)} " for stroke in self.strokes]
        pieces = ("".join(words[at : at + 100]) for at in range(0, len(words), 100))
        return " + ".join(f'"{piece}"' for piece in pieces)

    def _places(self, points: Iterable[Point]) -> str:
        return " ".join(self._pos(point).replace(",", " ") for point in points)

    def _spline(self, points: tuple[Point, ...], kind: str) -> str:
        controls, end = spline(points, RING if kind == "gate" else TIP)
        return f"e,{self._pos(end)} {' '.join(map(self._pos, controls))}"

    def _samples(self, graph: Digraph, name: str, letters: Iterable[Letters], **more: str) -> None:
        """Pieces of line that stand before words, each between two nodes that are not seen."""
        for index, letter in enumerate(letter for letter in letters if letter.text.sample):
            kind, ends = letter.text.sample, (f"{name} {index} from", f"{name} {index} to")
            points = tuple((x, letter.middle) for x in sample_ends(letter.text, letter.x))
            for end, point in zip(ends, points, strict=True):
                _node(graph, end, "", pos=self._pos(point), width="0", height="0", style="invis")
            looks = {**KINDS[kind], "color": self.theme[_lane(kind)], **more}
            _edge(graph, ends[0], ends[1], pos=self._spline(points, kind),
                  **{"class": f"sample {_lane(kind)} {kind}"}, **looks)  # fmt: skip

    def _note(self, wire: Wire, mark: str) -> dict[str, str]:
        wide = line_width((Run(wire.note, SUBTITLE),))
        return {
            "label": wire.note,
            "fontcolor": self.theme[f"{mark}-text" if mark else wire.edge.lane],
            "lp": self._pos((wire.note_at[0] + wide / 2, wire.note_at[1])),
        }

    def _pos(self, point: Point) -> str:
        x, y = point
        return f"{_n(x)},{_n(self.high - y)}"


# A picture says the same names, colours and sizes over and over.
quote = lru_cache(4096)(quoting.quote)
# Places it seldom says twice, and a comma is in each: they are never a word of DOT.
_PLACES = ("pos", "bb", "lp")


# Half of the time of a large picture's DOT went into python-graphviz asking of each statement
# whether it is called as it once was, so statements are put into the body here.
def _set(graph: Digraph, of: str = "", **looks: str) -> None:
    """Say what holds for the graph, or for all of its nodes or edges."""
    graph.body.append(f"\t{of} [{_listed(looks)}]\n" if of else f"\t{_listed(looks)}\n")


def _node(graph: Digraph, name: str, label: str | None, **looks: str) -> None:
    said = "" if label is None else f"label={quote(label)} "
    graph.body.append(f"\t{quote(name)} [{said}{_listed(looks)}]\n")


def _edge(graph: Digraph, start: str, end: str, **looks: str) -> None:
    said = f"label={quote(looks.pop('label'))} " if "label" in looks else ""
    graph.body.append(f"\t{quote(start)} -> {quote(end)} [{said}{_listed(looks)}]\n")


def _listed(looks: Mapping[str, str]) -> str:
    """Attributes in DOT, by name."""
    return " ".join(
        [
            f'{name}="{value}"' if name in _PLACES else f"{name}={quote(value)}"
            for name, value in sorted(looks.items())
        ]
    )


def _lane(kind: str) -> str:
    return "gate" if kind == "gate" else "shortcut"


def dot_name(node: str) -> str:
    """A node's id as a name in DOT, where a colon would be the mark of a port."""
    return node.replace(":", "-")


def _face(box: Box, theme: Theme) -> str:
    """What stands on a box as an HTML-like label."""
    face: Face = box.face
    if box.shape == "glyph":
        sign = {"add": "+", "mul": "×"}[box.node.type]
        return f'<<FONT POINT-SIZE="17" COLOR="{theme["ink"]}">{sign}</FONT>>'
    align = "CENTER" if face.centred else "LEFT"
    cells: list[tuple[Sequence[Line], str]] = [(face.left, align)]
    if face.right:
        cells.append((face.right, "RIGHT"))
    inner = box.width - 2 * PAD
    return _table([cells], theme, inner, 2 * face.drop)


def _table(
    rows: list[list[tuple[Sequence[Line], str]]], theme: Theme, wide: float = 0, above: float = 0
) -> str:
    """Lines in cells, ``wide`` points in all, with so much room above them."""
    parts = ['<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">']
    if above:
        parts.append(f'<TR><TD HEIGHT="{above:.0f}"></TD></TR>')
    for row in rows:
        parts.append("<TR>")
        widths = [max(line_width(line) for line in lines) for lines, _ in row]
        for (lines, align), own in zip(row, widths, strict=True):
            # The first column takes what the others leave.
            room = max(own, wide - sum(widths[1:])) if lines is row[0][0] and wide else own
            text = "".join(
                f'{_air(above, line)}{_line(line, theme)}<BR ALIGN="{align}"/>'
                for above, line in zip([(), *lines], lines, strict=False)
            )
            parts.append(f'<TD ALIGN="{align}" BALIGN="{align}" WIDTH="{room:.0f}">{text}</TD>')
        parts.append("</TR>")
    return "".join(parts) + "</TABLE>>"


def _air(above: Line, below: Line) -> str:
    """An empty line that puts the baseline of a line where the layout has it.

    Where sizes differ, Graphviz sets a baseline as far below the last one as its letters are high.
    """
    if not above:
        return ""
    first, second = (line_height(line) for line in (above, below))
    large, small = (max(run.size for run in line) for line in (above, below))
    apart = (first + second) / 2 + AIR * LINE_HEIGHT + (small - large) * BASELINE
    return f'<FONT POINT-SIZE="{_n(apart - small)}">&#160;</FONT><BR/>'


def _line(line: Line, theme: Theme, whole: bool = False) -> str:
    text = "".join(_text(piece, theme) for piece in line if piece.text)
    return f"<{text}>" if whole else text


def _text(text: Run, theme: Theme) -> str:
    words = re.sub(r"^ +| +$|  +", lambda found: "&#160;" * len(found.group()),
                   html.escape(text.text, quote=False))  # fmt: skip
    if text.bold:
        words = f"<B>{words}</B>"
    if text.strike:
        words = f"<S>{words}</S>"
    return f'<FONT POINT-SIZE="{_n(text.size)}" COLOR="{theme[text.colour]}">{words}</FONT>'


@lru_cache(4096)
def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


@lru_cache(4096)
def _inch(points: float) -> str:
    return f"{points / 72:.4f}"
