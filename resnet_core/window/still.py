"""The face of a window: the call, the marked output, and every format of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from resnet_core.bilingual import LANGUAGES, TYPESET
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import Options
from resnet_core.diagram.picture import Drawing
from resnet_core.graph.formulas import size_formulas
from resnet_core.language.notation import call_title
from resnet_core.plate.marks import Plate
from resnet_core.plate.plated import Plated
from resnet_core.window.axis import Axis
from resnet_core.window.grid import plate_of
from resnet_core.window.part import Part, part_of
from resnet_core.window.telling import told
from resnet_core.window.walk import Walk

SCHEMA = 1
# What of the view changes the picture; the rest is no part of its address.
VIEW = ("background", "header", "lang", "legend", "scale", "theme", "title")


@dataclass(frozen=True)
class Window(Plated):
    """Which positions each output of a call reads. Shows itself in a notebook.

    ``at`` is the output position that is marked: row and column.
    """

    drawing: Drawing
    walk: Walk
    at: tuple[int, int]

    @property
    def options(self) -> Options:
        return self.drawing.options

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The canonical query; empty for a module of one's own, which has no address."""
        if not isinstance(self.drawing, Diagram):
            return ()
        return canonical(self.drawing, self.walk.node.id, self.at)

    @property
    def url(self) -> str:
        """The permalink, without host."""
        return address(self.query) if self.query else ""

    @cached_property
    def parts(self) -> tuple[Part, Part]:
        """The rows and the columns that the picture shows."""
        return part_of(self.walk.rows, self.at[0]), part_of(self.walk.columns, self.at[1])

    @cached_property
    def plate(self) -> Plate:
        """Every mark of the picture with its place."""
        caption = self.drawing.caption
        return plate_of(
            self.walk, self.parts, self.at, self.drawing.graph, caption, self.options, self.url
        )

    def to_dict(self) -> dict[str, Any]:
        """The window as plain data: what ``/window.json`` answers."""
        walk, node = self.walk, self.walk.node
        least, most = walk.reads_of_each
        return {
            "schema": SCHEMA,
            "url": self.url,
            "node": {"id": node.id, "type": node.type, "title": call_title(node)},
            "formula": list(size_formulas(node)),
            "channels": walk.channels,
            "rows": _side(walk.rows, self.parts[0], self.at[0]),
            "columns": _side(walk.columns, self.parts[1], self.at[1]),
            "positions": walk.positions,
            "never_read": walk.never_read,
            "reads": {"least": least, "most": most},
            "outputs": walk.outputs,
            "on_padding": walk.on_padding,
            "at": list(self.at),
            "told": {
                language: [TYPESET[language](text[language]) for text in told(walk)]
                for language in LANGUAGES
            },
        }


FORMATS = tuple(Window.writers())


def canonical(diagram: Diagram, node: str, at: tuple[int, int]) -> tuple[tuple[str, str], ...]:
    """The query of a window, sorted and without defaults."""
    foreign = set(Options.model_fields) - set(VIEW)
    named = {name: value for name, value in diagram.query if name not in foreign}
    named["node"] = node
    if at != (0, 0):
        named["at"] = f"{at[0]},{at[1]}"
    return tuple(sorted(named.items()))


def address(query: tuple[tuple[str, str], ...]) -> str:
    """The URL of a window's query, without host."""
    return "/window?" + urlencode(query, safe=",:")


def _side(axis: Axis, part: Part, at: int) -> dict[str, Any]:
    """One side: the window's measures, what is shown of it, how often each position is read."""
    return {
        "size": axis.size,
        "outputs": len(axis.reads),
        "kernel": axis.kernel,
        "stride": axis.stride,
        "dilation": axis.dilation,
        "padding": [axis.before, axis.after],
        "read": list(axis.reads[at]),
        "shown": [{"output": output, "reads": list(axis.reads[output])} for output in part.outputs],
        "times": list(axis.counts),
    }
