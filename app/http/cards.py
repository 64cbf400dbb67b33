"""A problem as a picture, so that a page that embeds a diagram explains itself."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.http.problems import Problem, told
from resnet_core.bilingual import Language, Text
from resnet_core.layout.sheet import FONT, Theme, dark_of_light
from resnet_core.layout.typesetting import broken, width

LONGEST, MARGIN, LEADING = 420.0, 18.0, 1.45
_ALLOWED = Text("allowed: {}", "可用：{}")
_WORKS = Text("this works: {}", "这样可以：{}")


@dataclass(frozen=True)
class Line:
    """One line of a card."""

    text: str
    size: float = 12.0
    colour: str = "ink"
    bold: bool = False

    @property
    def wide(self) -> float:
        return width(self.text, self.size, self.bold)

    @property
    def high(self) -> float:
        return self.size * LEADING


def lines(problem: Problem, language: Language = "en") -> list[Line]:
    """What the card says, top to bottom."""
    said = [Line(f"{problem.status} · {problem.title[language]}", 15, "problem-text", bold=True)]
    about = problem.detail
    if problem.parameter and problem.value is not None:
        about = Text("{}={}: {}", "{}={}：{}").format(problem.parameter, problem.value, about)
    said += [Line(item) for item in _wrapped(about, 8, language)]
    if problem.allowed:
        allowed = problem.allowed
        text = _ALLOWED.format(allowed if isinstance(allowed, Text) else ", ".join(allowed))
        said += [Line(item, 11, "quiet") for item in _wrapped(text, 4, language)]
    if problem.fix:
        text = _WORKS.format(problem.fix)
        said += [Line(item, 11, "quiet") for item in _wrapped(text, 8, language)]
    return said


def svg(problem: Problem, theme: str, language: Language = "en") -> bytes:
    """The card as an SVG document, in the colours that the diagram would have had."""
    said = lines(problem, language)
    wide, high = _size(said)
    paint = Theme.of(theme)
    style = f"<style>{_following_system()}</style>" if theme == "auto" else ""
    texts, y = [], MARGIN
    for line in said:
        weight = ' font-weight="bold"' if line.bold else ""
        texts.append(
            f'<text x="{MARGIN:g}" y="{y + line.size:.1f}" font-size="{line.size:g}"{weight} '
            # A reader's font may have wider letters: they are set as wide as they were measured.
            f'textLength="{line.wide:.1f}" lengthAdjust="spacingAndGlyphs" '
            f'fill="{paint[line.colour]}">{html.escape(line.text)}</text>'
        )
        y += line.high
    whole = html.escape(" ".join(line.text for line in said[1:]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" class="resnet-diagram problem" role="img" '
        f'font-family="{FONT}">{style}<title>{html.escape(said[0].text)}</title>'
        f"<desc>{whole}</desc>"
        f'<rect x="1" y="1" width="{wide - 2:.0f}" height="{high - 2:.0f}" rx="9" '
        f'fill="{paint["paper"]}" stroke="{paint["problem-line"]}" stroke-width="1.5"/>'
        f"{''.join(texts)}</svg>\n"
    ).encode()


def dot(problem: Problem, theme: str, language: Language = "en") -> str:
    """The card in the DOT language, for the formats that only Graphviz writes."""
    said = lines(problem, language)
    wide, high = _size(said)
    paint = Theme.of(theme)
    rows = "".join(
        f'<FONT POINT-SIZE="{line.size:g}" COLOR="{paint[line.colour]}">'
        f"{_bold(html.escape(line.text, quote=False), line.bold)}</FONT>"
        '<BR ALIGN="LEFT"/>'
        for line in said
    )
    return (
        f'digraph problem {{\n\tgraph [bb="0,0,{wide:.0f},{high:.0f}" pad=0.1]\n'
        f'\tcard [shape=box style="rounded,filled" fillcolor="{paint["paper"]}" '
        f'color="{paint["problem-line"]}" fontname="{FONT}" '
        f'pos="{wide / 2:.1f},{high / 2:.1f}" width={wide / 72:.3f} height={high / 72:.3f} '
        f"label=<{rows}>]\n}}\n"
    )


def _wrapped(text: Text, most: int, language: Language) -> list[str]:
    """Lines of a card; a word that is longer than a line, an address, goes on in the next."""
    words = re.sub(
        r"[^ \u2e80-\uffef]+", lambda word: " ".join(_cut(word[0])), told(text, language)
    )
    found = broken(words, 12, LONGEST)
    return found if len(found) <= most else [*found[: most - 1], f"{found[most - 1]} …"]


def _cut(word: str) -> Iterator[str]:
    """A word in pieces that fit in a line, cut behind the signs between the parts of an address."""
    piece = ""
    for part in re.findall(r"[^&,;?/]*[&,;?/]+|[^&,;?/]+", word) if _long(word) else [word]:
        for letters in [part] if not _long(part) else [*part]:
            if piece and _long(piece + letters):
                yield piece
                piece = ""
            piece += letters
    yield piece


def _long(text: str) -> bool:
    return width(text, 12) > LONGEST


def _size(said: Sequence[Line]) -> tuple[float, float]:
    wide = max(line.wide for line in said)
    return max(wide, 240.0) + 2 * MARGIN, sum(line.high for line in said) + 2 * MARGIN


def _bold(text: str, bold: bool) -> str:
    return f"<B>{text}</B>" if bold else text


def _following_system() -> str:
    rules = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in dark_of_light().items()
    )
    return f"@media (prefers-color-scheme:dark){{{rules}}}"
