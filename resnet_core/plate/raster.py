"""A plate in pixels and as a PDF: its marks as DOT nodes and edges that Graphviz draws."""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import pairwise

from resnet_core.formats import graphviz
from resnet_core.formats.metadata import signed, stamped
from resnet_core.formats.png import limited
from resnet_core.layout.sheet import FONT, Theme
from resnet_core.plate.marks import Plate, Rect, Stroke, Words, flat


def png(plate: Plate, theme: str, scale: int) -> bytes:
    """The plate as a PNG; its text chunk ``Source`` holds the URL. Raises TooLarge."""
    limited(plate.width, plate.height, scale, scale)
    return stamped(graphviz.draw(dot(plate, theme), "png", scale), plate.url)


def pdf(plate: Plate, theme: str) -> bytes:
    """The plate as a PDF of one page; its information tells title and URL."""
    return signed(graphviz.draw(dot(plate, theme), "pdf"), plate.title, plate.url)


def dot(plate: Plate, theme: str) -> str:
    """The plate in the DOT language, every mark at its place."""
    colours = Theme.of(theme)
    wide, high = plate.width, plate.height
    # Graphviz cuts a picture to what is drawn: a rectangle that nobody sees keeps its margins.
    everything = (Rect(0, 0, wide, high), *flat(plate.marks))
    marks = "\n".join(
        f"\t{line}"
        for number, mark in enumerate(everything)
        for line in _written(f"m{number}", mark, colours, high)
    )
    return (
        "digraph plate {\n"
        f'\tgraph [bb="0,0,{wide:.1f},{high:.1f}" pad=0 outputorder=nodesfirst '
        f'bgcolor="{_ground(plate, colours)}"]\n'
        f'\tnode [fontname="{FONT}" fontcolor="{colours["ink"]}" margin=0 fixedsize=true '
        'label="" shape=box]\n\tedge [arrowsize=0.5]\n'
        f"{marks}\n}}\n"
    )


def _written(name: str, mark: Rect | Stroke | Words, colours: Theme, high: float) -> Iterator[str]:
    match mark:
        case Rect():
            yield _rect(name, mark, colours, high)
        case Words():
            yield _words(name, mark, colours, high)
        case Stroke():
            yield from _stroke(name, mark, colours, high)


def _rect(name: str, mark: Rect, colours: Theme, high: float) -> str:
    styles = ["filled"] if mark.fill else []
    styles += ["rounded"] if mark.rounding else []
    styles += [_style(mark.dash)] if mark.dash else []
    paint = f' fillcolor="{colours[mark.fill]}"' if mark.fill else ""
    line = f'color="{colours[mark.line]}"' if mark.line else 'color="#00000000"'
    return (
        f'{name} [pos="{mark.x + mark.width / 2:.2f},{high - mark.y - mark.height / 2:.2f}" '
        f"width={mark.width / 72:.4f} height={mark.height / 72:.4f} "
        f'style="{",".join(styles)}" {line}{paint} penwidth={mark.pen if mark.line else 0}]'
    )


def _words(name: str, mark: Words, colours: Theme, high: float) -> str:
    run = mark.run
    text = html.escape(run.text.strip(), quote=False) or " "
    label = f"<B>{text}</B>" if run.bold else text
    # Graphviz sets the middle of a line where the middle of its small letters is.
    middle = high - mark.y + run.size * 0.33
    return (
        f'{name} [shape=none pos="{mark.x + mark.width / 2:.2f},{middle:.2f}" '
        f"width=0 height=0 fixedsize=false fontsize={run.size:g} "
        f'fontcolor="{colours[run.colour]}" label=<{label}>]'
    )


def _stroke(name: str, mark: Stroke, colours: Theme, high: float) -> Iterator[str]:
    """An edge between two points that are not seen; a straight line is a flat curve."""
    points = [(x, high - y) for x, y in mark.points]
    ends = (points[0], points[-1])
    for end, (x, y) in zip("ab", ends, strict=True):
        yield f'{name}{end} [shape=point style=invis width=0 height=0 pos="{x:.2f},{y:.2f}"]'
    curve = [points[0]]
    for before, after in pairwise(points):
        curve += [before, after, after]
    told = " ".join(f"{x:.2f},{y:.2f}" for x, y in curve)
    head = f"e,{points[-1][0]:.2f},{points[-1][1]:.2f} " if mark.head else ""
    style = f" style={_style(mark.dash)}" if mark.dash else ""
    arrow = "normal" if mark.head else "none"
    yield (
        f'{name}a -> {name}b [pos="{head}{told}" color="{colours[mark.line]}" '
        f"penwidth={mark.pen:g} arrowhead={arrow}{style}]"
    )


def _style(dash: str) -> str:
    """Graphviz knows two patterns: short strokes become dots."""
    return "dotted" if float(dash.split()[0]) <= 2 else "dashed"


def _ground(plate: Plate, colours: Theme) -> str:
    """The page's colour: that of the paper, which else might end a part of a pixel too early."""
    first = next(flat(plate.marks), None)
    paper = isinstance(first, Rect) and first.fill == "paper" and first.width == plate.width
    return colours["paper"] if paper else "transparent"
