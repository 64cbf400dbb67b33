"""``/compare``: two queries → what differs, as a picture, a table, numbers or a page."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.http.problems import FAILURES, Problem, problem_of
from app.pages.explorer import Explorer, shown
from app.pages.i18n import language_of
from app.pages.sides import (
    partners,
    pasted_of,
    query_of,
    typeable,
    with_code,
    words_of,
)
from app.workers.renderer import Renderer
from resnet_core import Diagram, ParameterError
from resnet_core.bilingual import Language
from resnet_core.compare import FORMATS, asked
from resnet_core.compare.query import SIDES, canonical_sides, has_source
from resnet_core.compare.summary import change_word, part_of
from resnet_core.compare.table import SIGNS, signed
from resnet_core.diagram.form import Options, choices_of, properties

Pairs = list[tuple[str, str]]
# What the page has colours and a size of its own for.
OF_FILES = ("theme", "scale")
ENDS = ("input", "output")
CODE_FIELDS = [f"{side}.source" for side in SIDES]
MOST_ROWS = 400
EXAMPLES = (
    ("v1 → v1.5", "model=resnet50&stride_on=conv1", "model=resnet50"),
    ("ResNet-50 → ResNet-50-D", "model=resnet50", "model=resnet50d"),
    ("ResNet-50 → ResNeXt-50", "model=resnet50", "model=resnext50_32x4d"),
    ("ResNet-18 → ResNet-34", "model=resnet18", "model=resnet34"),
    ("ResNet → SE-ResNet", "model=resnet50", "model=seresnet50"),
    ("basic → pre-activation", "block=basic", "block=preact_basic"),
    ("basic → bottleneck", "block=basic&inplanes=256&planes=256", "block=bottleneck"),
    ("bottleneck → + SE", "block=bottleneck", "block=bottleneck&attention=se"),
    ("identity → projection", "block=bottleneck", "block=bottleneck&shortcut=projection"),
)


@dataclass(frozen=True)
class Found:
    """The address of a comparison: its canonical query, and the whole of it."""

    query: tuple[tuple[str, str], ...]
    url: str


@dataclass
class Page:
    """The page for one query. ``typed`` is what the reader has filled in, legal or not."""

    typed: dict[str, str]
    sides: dict[str, str] = field(default_factory=dict)
    found: Found | None = None
    problem: Problem | None = None
    pictures: dict[str, str] = field(default_factory=dict)
    table: dict[str, Any] = field(default_factory=dict)
    suggestions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def view(self) -> str:
        return self.typed.get("view", "side")

    @property
    def query(self) -> str:
        """The query of the files."""
        return self.found.url.partition("?")[2] if self.found else ""

    def said(self, side: str) -> str:
        """What stands in the field of a side: words rather than a query."""
        if self.pasted(side):
            return ""
        return words_of(self.sides.get(side, "")) or self.typed.get(side, "")

    def shown(self, side: str) -> Explorer:
        """What a side is, with the fields of its knobs."""
        return shown(parse_qsl(self.sides.get(side, ""), keep_blank_values=True))

    def share(self, before: int, after: int) -> str:
        """A difference as a part of what was: ``+5.9%``."""
        return part_of(before, after)

    def pasted(self, side: str) -> dict[str, str]:
        """The code of a side with its call and its input; empty where the side is no code."""
        return pasted_of(self.sides.get(side, "") or self.typed.get(side, ""))

    @property
    def names(self) -> list[tuple[str, str]]:
        """What can be typed, to begin with."""
        return list(typeable())

    @property
    def examples(self) -> list[tuple[str, str]]:
        """Names and queries of comparisons worth a look."""
        return [(name, urlencode({"a": a, "b": b})) for name, a, b in EXAMPLES]

    @property
    def alike(self) -> str:
        """The rows without a difference whose names differ: ``relu:3=relu:2``."""
        names = [(record["a"]["id"], record["b"]["id"])
                 for record in self.table["rows"] if record["change"] == "same"]  # fmt: skip
        return " ".join(f"{a}={b}" for a, b in names if a != b)

    @property
    def counts(self) -> dict[str, int]:
        """How many calls have changed, by how: what comes in and goes out is no call."""
        rows = [record for record in self.table["rows"] if record["role"] not in ENDS]
        found = Counter(record["change"] for record in rows)
        return {sign: found[sign] for sign in SIGNS if found[sign]}

    @property
    def differing(self) -> list[dict[str, Any]]:
        """The rows that differ, as many as a reader looks through."""
        return [record for record in self.table["rows"] if record["change"] != "same"][:MOST_ROWS]

    @property
    def details(self) -> list[tuple[str, str]]:
        """The levels of detail at which there is something to see."""
        kinds = {record["subject"]["kind"] for record in (self.table["a"], self.table["b"])}
        least = "layer" if kinds <= {"block", "module"} else "stage"
        levels = choices_of(properties(Options)["detail"])
        return [(level, level) for level in levels[levels.index(least) :]]

    @property
    def signs(self) -> Mapping[str, str]:
        return SIGNS

    @property
    def files(self) -> list[tuple[str, str, str]]:
        """Files to save: the name of the format, the address, the name of the file."""
        names = [
            "source" if self.pasted(side) else Diagram.of(parse_qsl(self.sides[side])).file_name
            for side in SIDES
        ]
        name = "-to-".join(names)
        found = []
        for format in FORMATS:
            address = f"/compare.{format}?{self.query}"
            found.append((format.upper(), address, f"{name}.{format}"))
            if format == "png" and "scale=" not in self.query:
                found.append(("PNG 2×", f"{address}&scale=2", f"{name}@2x.png"))
        return found

    def word(self, change: str, language: Language) -> str:
        """``added``, in the reader's language."""
        return change_word(change, language)

    def signed(self, number: int) -> str:
        """A difference of two counts."""
        return signed(number)

    def other(self, **changes: str) -> str:
        """The query of the same page with other choices."""
        return urlencode({**self.typed, **self.sides, **changes}, safe=",:")


async def code_page(request: Request, pairs: Pairs) -> Response:
    """The page of a form with code in it: at an address of its own, where that is not too long."""
    typed = {name: value for name, value in pairs if value.strip()}
    typed = await with_code(request.app.state.renderer, typed)
    query = urlencode(sorted(typed.items()), safe=",:")
    if len(query) <= request.app.state.settings.query_bytes:
        home = request.scope.get("root_path", "")
        return RedirectResponse(f"{home}/compare?{query}", 303)
    return await compare_page(request, list(typed.items()))


async def compare_page(request: Request, pairs: Pairs) -> Response:
    """The page that compares what ``a`` and ``b`` name."""
    language = language_of(request).name
    # A form that is sent as an address has fields for code, empty or not.
    if any(name in CODE_FIELDS for name, _ in pairs):
        return await code_page(request, pairs)
    page = Page({name: value for name, value in pairs if value.strip()})
    if not set(SIDES) & set(page.typed):
        page.typed |= {"a": EXAMPLES[0][1], "b": EXAMPLES[0][2]}
    try:
        page.sides = {side: query_of(side, page.typed[side])
                      for side in SIDES if side in page.typed}  # fmt: skip
        if len(page.sides) == len(SIDES):
            await _fill(page, request.app.state.renderer, language)
        else:
            page.suggestions = _suggestions(page)
    except FAILURES as error:
        # A fix is the address of one diagram, not of two.
        page.problem = await problem_of(error, request.app.state.renderer, None)
    status = page.problem.status if page.problem else 200
    answer: Response = await asyncio.to_thread(
        request.app.state.pages.page, request, "compare.html", status, page=page
    )
    answer.headers["Vary"] = f"Accept, {answer.headers.get('Vary', '')}".rstrip(", ")
    return answer


def _suggestions(page: Page) -> list[tuple[str, str]]:
    """Names and queries of comparisons of the one side that is known. Raises ParameterError."""
    ((side, query),) = page.sides.items()
    other = "b" if side == "a" else "a"
    return [(name, page.other(**{other: partner})) for name, partner in partners(query)]


async def _fill(page: Page, renderer: Renderer, language: str) -> None:
    """Draw in the light theme, which the page's own rules darken, and in the page's language."""
    kept = {name: value for name, value in page.typed.items() if name not in OF_FILES}
    wanted = kept | page.sides | {"view": page.view, "lang": language}
    found = await _asked(renderer, [*wanted.items()])
    views = SIDES if page.view == "side" else (page.view,)
    queries = [
        (await _asked(renderer, [*(wanted | {"view": view}).items()])).query for view in views
    ]
    record, *svgs = await asyncio.gather(
        renderer.compare(found.query, "json"),
        *(renderer.compare(query, "svg") for query in queries),
    )
    page.found = found
    page.pictures = {view: svg.decode() for view, svg in zip(views, svgs, strict=True)}
    page.table = await asyncio.to_thread(json.loads, record)


async def _asked(renderer: Renderer, pairs: Pairs) -> Found:
    """The comparison, not traced yet. Raises Refusal."""
    if has_source(pairs):  # code is read by a worker and not here
        query = canonical_sides(pairs)
        return Found(query, f"/compare?{urlencode(query, safe=',:')}")
    try:
        found = asked(pairs)
        return Found(found.query, found.url)
    except ParameterError:
        # A worker finds the same mistake, and has the time to look for what would fix it.
        await renderer.compare(pairs, "json")
        raise
