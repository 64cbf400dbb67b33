"""A plate as an SVG document of its own: named, explained, safe to stand on a page twice."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Iterator, Mapping

from resnet_core.formats.svg import short
from resnet_core.layout.sheet import FONT, Theme, dark_of_light
from resnet_core.layout.typesetting import width
from resnet_core.plate.marks import Cluster, Mark, Plate, Rect, Stroke, Words

_HEAD = 5.0


def document(plate: Plate, theme: str) -> str:
    """The plate as an SVG document; ``auto`` follows the reader's system."""
    colours = Theme.of(theme)
    body = "".join(_drawn(plate.marks, colours))
    told = plate.url or f"{theme}{plate.title}{body}"
    prefix = "p" + hashlib.sha256(told.encode()).hexdigest()[:7]
    wide, high = short(plate.width), short(plate.height)
    style = f"<style>{_following(prefix)}</style>" if theme == "auto" else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" id="{prefix}" class="resnet-diagram {plate.kind}" '
        f'role="img" aria-labelledby="{prefix}-title {prefix}-desc" font-family="{FONT}" '
        f"{_data(plate.data)}>{style}"
        f'<title id="{prefix}-title">{html.escape(plate.title)}</title>'
        f'<desc id="{prefix}-desc">{html.escape(plate.description)}</desc>'
        f"<metadata>{html.escape(plate.url)}</metadata>\n"
        # A page that gives a picture its own colours finds those inside it.
        f'<g fill="{colours["ink"]}">\n{body}</g></svg>\n'
    )


def _drawn(marks: Iterable[Mark], colours: Theme) -> Iterator[str]:
    for mark in marks:
        match mark:
            case Rect():
                yield _rect(mark, colours)
            case Stroke():
                yield _stroke(mark, colours)
            case Words():
                yield _words(mark, colours)
            case Cluster():
                tip = f"<title>{html.escape(mark.tip)}</title>" if mark.tip else ""
                kind = f' class="{mark.kind}"' if mark.kind else ""
                inner = tip + "".join(_drawn(mark.marks, colours))
                yield f"<g{kind}{_data(mark.data)}>{inner}</g>\n"


def _rect(mark: Rect, colours: Theme) -> str:
    rounding = f' rx="{short(mark.rounding)}"' if mark.rounding else ""
    return (
        f'<rect x="{short(mark.x)}" y="{short(mark.y)}" width="{short(mark.width)}" '
        f'height="{short(mark.height)}"{rounding} '
        f'fill="{colours[mark.fill] if mark.fill else "none"}"'
        f"{_pen(mark.line, mark.pen, mark.dash, colours)}/>"
    )


def _stroke(mark: Stroke, colours: Theme) -> str:
    steps = "L".join(f"{short(x)},{short(y)}" for x, y in mark.points)
    drawn = f'<path d="M{steps}" fill="none"{_pen(mark.line, mark.pen, mark.dash, colours)}/>'
    if mark.head:
        points = " ".join(f"{short(x)},{short(y)}" for x, y in arrow(mark))
        drawn += f'<polygon points="{points}" fill="{colours[mark.line]}"/>'
    return drawn


def arrow(mark: Stroke) -> tuple[tuple[float, float], ...]:
    """The three corners of an arrow's head."""
    (x0, y0), (x1, y1) = mark.points[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    back = (x1 - ux * _HEAD * 1.6, y1 - uy * _HEAD * 1.6)
    across = (-uy * _HEAD * 0.6, ux * _HEAD * 0.6)
    return (
        (x1, y1),
        (back[0] + across[0], back[1] + across[1]),
        (back[0] - across[0], back[1] - across[1]),
    )


def _words(mark: Words, colours: Theme) -> str:
    run = mark.run
    text = run.text.strip()
    if not text:
        return ""
    # Blanks at the ends have no width in SVG, and of two inside one would be kept.
    lead = width(run.text[: len(run.text) - len(run.text.lstrip())], run.size, run.bold)
    wide = width(text, run.size, run.bold)
    text = html.escape(text.replace("  ", "\N{NO-BREAK SPACE} "), quote=False)
    paint = f' fill="{colours[run.colour]}"' if run.colour != "ink" else ""
    weight = ' font-weight="bold"' if run.bold else ""
    return (
        f'<text x="{short(mark.x + lead)}" y="{short(mark.y)}" '
        f'font-size="{short(run.size)}"{weight}{paint} textLength="{short(wide)}">{text}</text>'
    )


def _pen(line: str, pen: float, dash: str, colours: Theme) -> str:
    if not line:
        return ""
    weight = f' stroke-width="{short(pen)}"' if pen != 1 else ""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{colours[line]}"{weight}{dashes}'


def _data(values: Mapping[str, str]) -> str:
    return "".join(f' data-{name}="{html.escape(value)}"' for name, value in values.items())


def _following(prefix: str) -> str:
    """Rules that give each colour its dark twin where the reader's system is dark."""
    rules = "".join(
        f'#{prefix} [{paint}="{light}"]{{{paint}:{dark}}}'
        for light, dark in dark_of_light().items()
        for paint in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme:dark){{{rules}}}"
