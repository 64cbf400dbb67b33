"""The kinds of document: how each spells a marker, and how it shows a picture or a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath

from resnet_core.embed.figure import POINTS_OF_A_PIXEL, SOURCE


@dataclass(frozen=True)
class Shown:
    """What stands between two markers: files beside the document, or a text in it.

    ``size`` is how large a picture is on the screen, None where it is as large as it was asked for.
    """

    alt: str
    paths: tuple[str, ...] = ()
    text: str = ""
    size: tuple[int, int] | None = None


Writer = Callable[[Shown], str]
More = Callable[[Sequence[str], int], tuple[list[str], int] | None]


@dataclass(frozen=True)
class Dialect:
    """One kind of document.

    ``opening`` and ``closing`` find the lines of a pair, ``pair`` writes them; ``more`` gives the
    lines that belong to the opening one, and the index behind them, None where it does not end.
    ``quoted`` gives the lines that are shown to the reader as code, where a marker is an example
    and not a request.
    ``writers`` are by what a marker asks for (``as=png``); the first is the default; ``listing``
    writes code that stands above the picture. ``block`` finds the first line of a block that is to
    become a pair.
    """

    name: str
    suffixes: tuple[str, ...]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    pair: tuple[str, str]
    quoted: Callable[[Sequence[str]], Iterator[int]]
    more: More
    listing: Writer
    writers: Mapping[str, Writer] = field(repr=False)
    block: re.Pattern[str] | None = None
    ascii: bool = False


# What is higher than so many points may be too high for the page of a small book.
_PAGE = 450
# How many letters of one width stand in a line of LaTeX's articles, at 10 points and smaller.
_SIZES = ((65, ""), (81, "footnotesize"), (93, "scriptsize"))
_IN_COMMENT = "<!--"
COMMENT = re.compile(r"^(\s*)<!--\s*resnet-diagram\s+(.*?)\s*(?:-->)?\s*$")
FENCE = re.compile(r"^\s*(?:>\s*)*(`{3,}|~{3,})(.*)$")
REQUEST = re.compile(r"^(\s*)(`{3,}|~{3,})\s*resnet-diagram\s*$")


def _fenced(lines: Sequence[str]) -> Iterator[int]:
    """The lines inside Markdown's code blocks, but for those that ask for a picture."""
    inside = ""
    asked = False
    for index, line in enumerate(lines):
        found = FENCE.match(line)
        if inside == _IN_COMMENT:
            inside = "" if "-->" in line else inside
        elif inside:
            if found and found[1].startswith(inside) and not found[2].strip():
                inside = ""
            elif not asked:
                yield index
        elif found:
            inside, asked = found[1], bool(REQUEST.match(line))
        elif COMMENT.match(line) and "-->" not in line:
            inside = _IN_COMMENT


def _literal(lines: Sequence[str]) -> Iterator[int]:
    """The lines of reStructuredText's literal blocks: deeper than the line that ends with '::'."""
    outer: int | None = None
    for index, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        if outer is not None and line.strip():
            if depth > outer:
                yield index
                continue
            outer = None
        opens = re.match(r"\s*\.\. (?:code|code-block|sourcecode|parsed-literal|literal)::", line)
        if opens or (line.rstrip().endswith("::") and not line.lstrip().startswith("..")):
            outer = depth


def _verbatim(lines: Sequence[str]) -> Iterator[int]:
    """The lines inside LaTeX's verbatim environments."""
    inside = ""
    for index, line in enumerate(lines):
        found = re.search(r"\\begin\{(verbatim\*?|lstlisting|minted|alltt)\}", line)
        if inside:
            yield index
            inside = "" if f"\\end{{{inside}}}" in line else inside
        elif found and f"\\end{{{found[1]}}}" not in line:
            inside = found[1]


def _preformatted(_lines: Sequence[str]) -> Iterator[int]:
    """None: a comment inside HTML's <pre> is a comment all the same."""
    return iter(())


def _to_its_end(lines: Sequence[str], index: int) -> tuple[list[str], int] | None:
    """The further lines of a comment of HTML."""
    if "-->" in lines[index]:
        return [], index + 1
    for end in range(index + 1, len(lines)):
        before, closes, after = lines[end].partition("-->")
        if closes:
            # Words behind the comment would be lost: such a comment is none of ours.
            found = [*lines[index + 1 : end], *([before.rstrip()] if before.strip() else [])]
            return None if after.strip() else (found, end + 1)
    return None


def _deeper(lines: Sequence[str], index: int) -> tuple[list[str], int]:
    """The further lines of a comment of reStructuredText: those that are indented deeper."""
    depth = len(lines[index]) - len(lines[index].lstrip())
    end = last = index + 1
    while end < len(lines):
        line = lines[end]
        end += 1
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        last = end if line.strip() else last
    return list(lines[index + 1 : last]), last


def _commented(lines: Sequence[str], index: int) -> tuple[list[str], int]:
    """The comments that follow one of LaTeX that asks for code; without their signs."""
    if not re.match(rf"\s*%+\s*resnet-diagram\s+{SOURCE}\b", lines[index]):
        return [], index + 1
    found = []
    for line in lines[index + 1 :]:
        if not line.lstrip().startswith("%") or re.match(r"\s*%+\s*/resnet-diagram", line):
            break
        found.append(re.sub(r"^\s*%", "", line))
    return found, index + 1 + len(found)


def _code(language: str) -> Writer:
    def fence(shown: Shown) -> str:
        longest = max((len(ticks) for ticks in re.findall("`+", shown.text)), default=0)
        ticks = "`" * max(3, longest + 1)
        return f"{ticks}{language}\n{shown.text}\n{ticks}"

    return fence


def _image(shown: Shown) -> str:
    alt = re.sub(r"([\\\[\]])", r"\\\1", shown.alt)
    path = shown.paths[0]
    return f"![{alt}]({f'<{path}>' if re.search(r'[ ()]', path) else path})"


def _img(shown: Shown) -> str:
    return f'<img src="{escape(shown.paths[0])}" alt="{escape(shown.alt)}">'


def _light_and_dark(shown: Shown) -> str:
    light, dark = (escape(path) for path in shown.paths)
    return (
        "<picture>\n"
        f'  <source media="(prefers-color-scheme: dark)" srcset="{dark}">\n'
        f'  <img src="{light}" alt="{escape(shown.alt)}">\n'
        "</picture>"
    )


def _rst_image(shown: Shown) -> str:
    return f"\n.. image:: {shown.paths[0]}\n   :alt: {' '.join(shown.alt.split())}\n"


def _rst_block(directive: str) -> Writer:
    def block(shown: Shown) -> str:
        body = "\n".join(f"   {line}".rstrip() for line in shown.text.splitlines())
        return f"\n{directive}\n\n{body}\n"

    return block


def _graphics(shown: Shown) -> str:
    """Never wider than the line nor higher than the page, and no larger than on the screen.

    It may begin a paragraph, whose indent is not to push it over the margin.
    """
    path = PurePosixPath(shown.paths[0])
    if shown.size is None:
        return f"\\noindent\\includegraphics{{{path}}}"
    points = round(shown.size[1] * POINTS_OF_A_PIXEL)
    height = f"{points}bp" if points <= _PAGE else "0.9\\textheight"
    room = f"width=\\linewidth,height={height},keepaspectratio"
    return f"\\noindent\\includegraphics[{room}]{{{path}}}"


def _pre(attribute: str) -> Writer:
    return lambda shown: f"<pre{attribute}>\n{escape(shown.text, quote=False)}\n</pre>"


def _typed(shown: Shown) -> str:
    """The text form in letters so small that its lines fit between usual margins."""
    columns = max(len(line) for line in shown.text.splitlines())
    size = next((name for most, name in _SIZES if columns <= most), "tiny")
    block = _verbatim_block(shown)
    return f"{{\\{size}\n{block}\n}}" if size else block


def _verbatim_block(shown: Shown) -> str:
    return f"\\begin{{verbatim}}\n{shown.text}\n\\end{{verbatim}}"


_COMMENT_END = re.compile(r"^\s*<!--\s*/resnet-diagram\s*-->\s*$")
_COMMENTS = ("<!-- resnet-diagram {} -->", "<!-- /resnet-diagram -->")

MARKDOWN = Dialect(
    "Markdown", (".md", ".markdown", ".qmd"), COMMENT, _COMMENT_END, _COMMENTS, _fenced,
    _to_its_end, _code("python"),
    {
        "svg": _image, "png": _image, "pair": _light_and_dark,
        "txt": _code("text"), "mmd": _code("mermaid"), "md": lambda shown: "\n" + shown.text + "\n",
    },
    block=REQUEST,
)  # fmt: skip
HTML = Dialect(
    "HTML", (".html", ".htm"), COMMENT, _COMMENT_END, _COMMENTS, _preformatted,
    _to_its_end, _pre(' class="python"'),
    {
        "svg": _img, "png": _img, "pair": _light_and_dark,
        "txt": _pre(""), "mmd": _pre(' class="mermaid"'),
    },
)  # fmt: skip
RST = Dialect(
    "reStructuredText", (".rst",),
    re.compile(r"^(\s*)\.\. resnet-diagram:(?!:)\s+(.*?)\s*$"),
    re.compile(r"^\s*\.\. /resnet-diagram\s*$"),
    (".. resnet-diagram: {}", ".. /resnet-diagram"), _literal, _deeper,
    _rst_block(".. code-block:: python"),
    {
        "svg": _rst_image, "png": _rst_image, "txt": _rst_block(".. code-block:: text"),
        "mmd": _rst_block(".. mermaid::"),
    },
)  # fmt: skip
LATEX = Dialect(
    "LaTeX", (".tex", ".ltx"),
    re.compile(r"^(\s*)%+\s*resnet-diagram\s+(.*?)\s*$"),
    re.compile(r"^\s*%+\s*/resnet-diagram\s*$"),
    ("% resnet-diagram {}", "% /resnet-diagram"), _verbatim, _commented, _verbatim_block,
    {
        "pdf": _graphics, "png": _graphics,
        "txt": _typed,
    },
    ascii=True,
)  # fmt: skip

DIALECTS = (MARKDOWN, HTML, RST, LATEX)
NOTEBOOK = ".ipynb"
SUFFIXES = {suffix: dialect for dialect in DIALECTS for suffix in dialect.suffixes}
SUFFIXES[NOTEBOOK] = MARKDOWN
