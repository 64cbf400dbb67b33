"""What the explorer's page shows: the form, the picture and the table of one diagram."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from app.http.problems import FAILURES, Problem, problem_of, refusal
from app.pages.documents import found_in
from app.pages.fields import Field, fields_of, grouped
from app.pages.gallery import Family, families
from app.pages.legend import Entry, legend
from app.pages.origins import Origin, origins
from app.pages.presence import Card, card
from app.pages.snippets import is_loopback, program, snippets
from app.pages.source import Listing, listings, whole
from app.pages.ways import alone, legal, pairs_of
from app.workers import build
from app.workers.renderer import Renderer
from resnet_core import FORMATS, Diagram, ParameterError, UnknownSubject
from resnet_core.bilingual import Text
from resnet_core.diagram.diagram import address
from resnet_core.diagram.form import Input, Options
from resnet_core.documents import Document
from resnet_core.errors import TooLarge
from resnet_core.formats.png import limited
from resnet_core.language.terms import percent, say
from resnet_core.registry import BLOCKS, NETWORKS, Subject
from resnet_core.sweep.knob_values import knobs

Pairs = list[tuple[str, str]]
START = ("block", "bottleneck")
# What a link to another subject takes along: it has the same meaning for every subject.
CARRIED = ("batch", "direction", "labels", "shapes", "color", "theme", "scale")
# These say what a file looks like; the page has its own colours and size.
OF_FILES = (
    "title", "header", "legend", "background", "theme", "width", "scale", "ascii"
)  # fmt: skip
# And these mean the same for subjects of one kind: a block's input is no network's.
CARRIED_WITHIN = ("detail", "input")
PANELS = ("Input", "View", "Files")
IN_TOOLBAR = ("detail", "direction")
# Picture and page speak one language, which the header switches.
OF_HEADER = ("lang",)
COPIED = ("png", "svg", "mmd", "txt")
# The size of a picture, in pixels, and how many points a pixel is.
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
LONGEST_HEAD, POINTS = 300, 0.75
MOST_ROWS = 600
# What a call costs, by the name of the choice that colours boxes by it.
COSTS = {"params": "params", "macs": "macs", "memory": "activations"}
MOST_SHARES = 40
MOST_NOTES = 80
# Seconds for what to try next, once picture and words are there.
PATIENCE = 0.5
# A tab is narrow: of what differs from the defaults its title names this many.
MOST_TOLD = 4


@dataclass(frozen=True)
class Share:
    """What a part costs of the whole: of each cost how much it is, and how much in percent."""

    name: str
    costs: Mapping[str, int]
    percent: Mapping[str, str]
    # Of the cost that colours the picture, how many of a hundred.
    length: float


@dataclass
class Explorer:
    """The page for one query. ``typed`` is what the reader has filled in, legal or not."""

    typed: dict[str, str]
    subject: Subject | None
    diagram: Diagram | None = None
    problem: Problem | None = None
    svg: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    explanation: dict[str, Any] = field(default_factory=dict)
    settings: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    # Whether nothing is missing that the next one, asked for likewise, may have.
    complete: bool = False
    # The source with a comment at each line; empty where there is none.
    annotated: str = ""
    # Whether what to try next and the annotated source were not waited for: they are there when
    # the page is asked for again.
    hurried: bool = False

    @property
    def title(self) -> str:
        return self.subject.title if self.subject else "resnet-diagram"

    @property
    def heading(self) -> str:
        """The subject with what differs from its defaults: what a tab and a history tell apart."""
        if not self.diagram:
            known = self.subject or not self.problem
            return self.title if known else f"{self.typed.get('block') or self.typed.get('model')}"
        own = ("block", "model", *OF_HEADER, *OF_FILES)
        told = [f"{name} {value}" for name, value in self.diagram.query if name not in own]
        more = ["…"] if len(told) > MOST_TOLD else []
        title = say(self.title, self.diagram.options.lang)
        return ", ".join([title, *told[:MOST_TOLD], *more])

    @property
    def structure(self) -> list[tuple[str, list[Field]]]:
        """The fields that say what the structure is, under headings."""
        return self.groups_of_knobs[: 1 - len(PANELS)]

    def bare(self, subject: Subject) -> str:
        """The query of a structure alone: a subject with the knobs that it shares with this one."""
        return urlencode(pairs_of(subject, self.common(subject)), safe=",:")

    @property
    def beside(self) -> str:
        """The query's part that says how the structure is looked at."""
        own = {item.name for _, fields in self.structure for item in fields}
        left = [pair for pair in self.typed.items() if pair[0] not in own | {"block", "model"}]
        return urlencode(left, safe=",:")

    @property
    def groups_of_knobs(self) -> list[tuple[str, list[Field]]]:
        """The form under headings: the subject's own knobs, the input, the view, the files."""
        subject = self.subject
        if subject is None:
            return []
        wrong = self.problem or self.misfit
        structure = grouped(fields_of(subject.params, self.typed, wrong))
        size = {"input": str(subject.input_side(self.typed))}
        given = fields_of(Input, self.typed, wrong, size)
        elsewhere = (*OF_FILES, *IN_TOOLBAR, *OF_HEADER)
        view = [item for name, item in self.options.items() if name not in elsewhere]
        files = [self.options[name] for name in OF_FILES]
        return [*structure, *zip(PANELS, (given, view, files), strict=True)]

    @property
    def swept(self) -> tuple[str, ...]:
        """The knobs whose values can be shown side by side; none where nothing can be drawn."""
        return knobs(self.diagram) if self.diagram else ()

    @property
    def misfit(self) -> Problem | None:
        """Why a legal structure cannot run, told beside the knob that would fix it."""
        found = self.record.get("problem")
        if not found or not found["mend"]:
            return None
        name = next(iter(found["mend"]))
        reason = Text(found["reason"], found["reason_zh"])
        return Problem("invalid-parameter", reason, name, self.typed.get(name), fix=found["fix"])

    @cached_property
    def options(self) -> dict[str, Field]:
        """The view's fields by name. What a box is, left out, depends on the subject."""
        found = {item.name: item for item in fields_of(Options, self.typed, self.problem)}
        default = "op" if self.subject and self.subject.kind == "block" else "block"
        value = found["detail"].value or default
        return found | {"detail": replace(found["detail"], default=default, value=value)}

    def carried(self, kind: str) -> Pairs:
        """What a link to a subject of this kind takes along beside the structure's knobs."""
        given = {item.name: item for item in fields_of(Input, self.typed)} | self.options
        same = self.subject is not None and self.subject.kind == kind
        kept = [given[name] for name in (*CARRIED, *(CARRIED_WITHIN if same else ()))]
        return [(one_field.name, one_field.value) for one_field in kept if one_field.changed]

    @cached_property
    def turned(self) -> dict[str, Any]:
        """The knobs of the structure that are not as they were given, and their values."""
        if not self.diagram or not self.subject:
            return {}
        fields = self.subject.params.model_fields
        values = self.diagram.values
        return {name: values[name] for name in fields if values[name] != fields[name].default}

    def common(self, subject: Subject) -> dict[str, Any]:
        """What is turned here and may be turned so there: the same choice of another subject."""
        known = subject.params.model_fields
        return {
            name: value
            for name, value in self.turned.items()
            if name in known and value != known[name].default and legal(subject, {name: value})
        }

    def link(self, subject: Subject, knobs: Mapping[str, Any] | None = None) -> str:
        """The query of the page for another subject, or for a block with other knobs."""
        wanted = self.common(subject) if knobs is None else knobs
        query = [*pairs_of(subject, wanted), *self.carried(subject.kind)]
        return "?" + urlencode(query, safe=",:")

    @property
    def groups(self) -> list[tuple[str, list[Family]]]:
        """What can be chosen, by kind and family, always in one order."""
        found: dict[str, list[Family]] = {"block": [], "model": []}
        for family in families():
            found[family.cards[0].subject.kind].append(family)
        return list(found.items())

    @property
    def query(self) -> str:
        return self.diagram.url.partition("?")[2] if self.diagram else ""

    @property
    def presets(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Settings that the field knows by name, by network.

        Of each: what it is called, its query, and whether it is the one that is shown.
        """
        subject = self.subject
        if subject is None:
            return []
        if subject.kind == "model":
            root = NETWORKS[subject.base or subject.name]
            known = [network for network in NETWORKS.values() if network.base == root.name]
            all_ = [(value.title, self.link(value), value == subject) for value in (root, *known)]
            return [("", all_)] if known else []
        now = self.diagram.values if self.diagram else {}
        found: dict[str, list[tuple[str, str, bool]]] = {}
        for setting in self.settings:
            link = self.link(subject, setting["knobs"])
            named = found.setdefault(NETWORKS[setting["model"]].title, [])
            named.append((setting["path"], link, setting["knobs"] == now))
        return list(found.items())

    @cached_property
    def listings(self) -> list[Listing]:
        """The functions that ran."""
        return listings(self.record["nodes"])

    @property
    def whole(self) -> Listing | None:
        """The class that the structure is an instance of."""
        first = next(iter(self.listings), None)
        return whole(first.file, first.owner) if first else None

    @property
    def program(self) -> str:
        return program(self.diagram) if self.diagram else ""

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What there is to say of single layers."""
        notes: list[dict[str, Any]] = self.explanation["layers"]
        return notes[:MOST_NOTES]

    @property
    def downloads(self) -> list[tuple[str, str, str]]:
        """Files to save: the name of the format, the address, the name of the file."""
        if not self.diagram:
            return []
        name = self.diagram.file_name.partition("@")[0]
        bare = [pair for pair in self.diagram.query if pair[0] != "scale"]
        found = []
        for format in FORMATS.values():
            for scale in format.scales or (1,):
                if format.scales and not self._has_room(scale):
                    continue
                query = sorted([*bare, *([("scale", scale)] if scale != 1 else [])])
                label = f"{format.title} {scale}×" if format.scales else format.title
                url = address(query).replace("/diagram?", f"/diagram.{format.extension}?", 1)
                times = "" if scale == 1 else f"@{scale}x"
                found.append((label, url, f"{name}{times}.{format.extension}"))
        return found

    def _has_room(self, scale: int) -> bool:
        """Whether a PNG of this scale can be made; not known where a width is asked for."""
        found = SIZE.search(self.svg[:LONGEST_HEAD])
        if not found or self.typed.get("width"):
            return True
        width, height = map(float, found.groups())
        try:
            limited(width * POINTS, height * POINTS, scale, scale)
        except TooLarge:
            return False
        return True

    @property
    def copies(self) -> dict[str, str]:
        """What is copied at a touch: its name, and the address of the file."""
        if not self.diagram:
            return {}
        return {
            FORMATS[name].title: self.diagram.url.replace("/diagram?", f"/diagram.{name}?", 1)
            for name in COPIED
            if name != "png" or self._has_room(1)
        }

    def card(self, base: str) -> Card | None:
        """What is shown of the page where its address is pasted."""
        if not self.diagram or not self.svg:
            return None
        paragraphs = self.explanation.get("paragraphs", [])
        told = [sentence["text"] for part in paragraphs[:2] for sentence in part["sentences"]]
        words = " ".join(told) or (self.subject.formula if self.subject else "")
        return card(self.diagram, self.heading, words, self.svg.count('class="node'), base)

    def snippets(self, base: str) -> dict[str, str]:
        """Lines that embed the picture in a document, by the document's language."""
        return snippets(self.diagram, base, build.short()) if self.diagram else {}

    def is_loopback(self, base: str) -> bool:
        """Whether nobody but this machine reaches the server."""
        return is_loopback(base)

    @property
    def rows(self) -> list[tuple[str, str, list[dict[str, Any]]]]:
        """The calls by the block that they are part of: its path, its type, its calls."""
        groups = {record["path"]: record for record in self.record["groups"]}
        calls = [
            record for record in self.record["nodes"] if record["kind"] not in ("input", "output")
        ]

        def block(row: dict[str, Any]) -> str:
            path: str = row["group"]
            while path and groups[path]["level"] != "block":
                path = groups[path]["parent"]
            return path

        parts = [(path, list(item)) for path, item in groupby(calls[:MOST_ROWS], key=block)]
        return [(path, groups[path]["type"] if path else "", part) for path, part in parts]

    @property
    def shares(self) -> list[Share]:
        """The costs of a network's parts or of a block's calls, where the picture tells costs.

        Of very many parts those that cost most.
        """
        chosen = self.diagram.options.color if self.diagram else "role"
        if chosen not in COSTS or not self.record or self.record.get("problem"):
            return []
        none = ("input", "output", "identity")
        calls = [call for call in self.record["nodes"] if call["role"] not in none]
        wide = self.subject is not None and self.subject.kind == "model"
        parts: dict[str, dict[str, int]] = {}
        for call in calls:
            part = parts.setdefault(
                call["path"].partition(".")[0] if wide else call["id"], dict.fromkeys(COSTS, 0)
            )
            for cost, name in COSTS.items():
                part[cost] += call[name]
        whole = {cost: sum(part[cost] for part in parts.values()) for cost in COSTS}
        most = sorted(parts, key=lambda name: -parts[name][chosen])[:MOST_SHARES]
        return [
            Share(
                name,
                part,
                {cost: percent(part[cost], whole[cost]) if part[cost] else "–" for cost in COSTS},
                100 * part[chosen] / max(1, whole[chosen]),
            )
            for name, part in parts.items()
            if name in most and any(part.values())
        ]

    @cached_property
    def legend(self) -> list[Entry]:
        """What the signs of the picture mean; of one that tells costs or a failure, nothing."""
        plain = self.diagram is not None and self.diagram.options.color == "role"
        return legend(self.svg) if plain and not self.record.get("problem") else []

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Where each call's channels come from."""
        return origins(self.record, self.explanation.get("layers", ()))

    @property
    def oblong(self) -> bool:
        """Whether a window is not as high as wide: then what is seen is no square."""
        kernels = (node["attributes"].get("kernel_size") for node in self.record["nodes"])
        return any(isinstance(sides, list) and len(set(sides)) > 1 for sides in kernels)

    @property
    def pooled(self) -> bool:
        """Whether a global pooling sees further than what is told of the whole."""
        seen = self.record["nodes"][-1]["receptive_field"] if self.record else 0
        return bool(seen > self.record["totals"]["receptive_field"])

    @property
    def hidden_rows(self) -> int:
        return max(0, len(self.record["nodes"]) - 2 - MOST_ROWS)

    @property
    def places(self) -> list[tuple[Subject, list[str]]]:
        """Where the block stands, by network: the paths of all that are equal to it."""
        found: dict[str, list[str]] = {}
        for record in self.record["places"]:
            found.setdefault(record["model"], []).append(record["path"])
        return [(NETWORKS[model], paths) for model, paths in found.items()]

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """From the network down to what is shown: titles, and the queries that lead there."""
        if not self.record or not self.subject:
            return []
        own = (self.title, "")
        if self.subject.kind == "model" or not self.record["places"]:
            return [own]
        (network, (path, *_)), *_ = self.places
        query = [("model", network.name), ("expand", path)]
        above = [(network.title, query[:1]), (path, query)]
        return [*((name, "?" + urlencode(pairs, safe=",:")) for name, pairs in above), own]

    @cached_property
    def alone(self) -> dict[str, str]:
        """The query of each block of a network, opened by itself, by its path."""
        network = self.subject is not None and self.subject.kind == "model"
        return alone(self.record) if network and self.record else {}

    @property
    def details(self) -> tuple[str, ...]:
        """The levels that differ here: a block has no stages, and not every network has blocks."""
        found = self.options["detail"]
        if not self.record or not self.subject:
            return found.choices
        block = self.subject.kind == "block"
        levels = {"layer", "op", found.value, "block" if block else "stage"}
        levels |= {group["level"] for group in self.record["groups"]} & {"block"}
        return tuple(choice for choice in found.choices if choice in levels)

    @property
    def documents(self) -> list[Document]:
        """The documents that the subject comes from."""
        return found_in(self.subject) if self.subject else []

    @property
    def kept(self) -> Pairs:
        """The query that shows the same in another language."""
        return list(self.diagram.query if self.diagram else self.typed.items())


async def explore(
    renderer: Renderer,
    query: Sequence[tuple[str, str]],
    language: str = "en",
    hurried: bool = False,
) -> Explorer:
    """The page for a query; an empty field of the form stands for the default.

    A ``hurried`` one has picture and words, and leaves to a later one what nobody sees at once.
    """
    pairs = [pair for pair in query if pair[1].strip() and pair[0] not in OF_HEADER]
    if not {"block", "model"} & {name for name, _ in pairs}:
        pairs += _start(renderer)
    pairs.append(("lang", language))
    page = Explorer(dict(pairs), _subject(dict(pairs)), hurried=hurried)
    try:
        page.diagram = Diagram.of(pairs)
        # A knob may have been called by one of its other names; the form knows the first.
        page.typed = dict(page.diagram.query)
        await _fill(page, page.diagram, renderer)
    except FAILURES as error:
        page.problem = await problem_of(error, renderer, pairs)
    return page


async def _fill(page: Explorer, diagram: Diagram, renderer: Renderer) -> None:
    """Ask for the picture and for the words, two jobs that do not wait for one another.

    The picture comes in the light theme, which the page's own rules darken.
    """
    bare = Diagram.of([pair for pair in diagram.query if pair[0] not in OF_FILES])
    words = asyncio.create_task(renderer.prose(bare))
    turns = None if page.hurried else asyncio.create_task(renderer.turns(bare))
    try:
        shown: dict[str, Any] = await asyncio.to_thread(json.loads, await renderer.explore(bare))
    except BaseException:
        words.cancel()
        if turns:
            turns.cancel()
        raise
    page.svg, page.record, page.settings = shown["svg"], shown["record"], shown["presets"]
    # Not before: of a short queue a page shall not take one place more.
    source = None if page.hurried else asyncio.create_task(renderer.annotated(bare))
    prose = await words
    page.explanation = await asyncio.to_thread(json.loads, prose) if prose else {}
    if not (turns and source):
        page.complete = bool(prose)
        return
    annotated = await source
    page.annotated = annotated or ""
    # What to try next is welcome where it is there, and nothing waits for it long.
    done, _ = await asyncio.wait([turns], timeout=PATIENCE)
    found = turns.result() if done else None
    page.turns = json.loads(found) if found else []
    page.complete = bool(prose and found) and annotated is not None


def shown(pairs: Sequence[tuple[str, str]]) -> Explorer:
    """The form alone of what is asked for, nothing drawn; a wrong value stands as it was typed."""
    typed = dict(pairs)
    page = Explorer(typed, _subject(typed) if {"block", "model"} & set(typed) else None)
    try:
        page.diagram = Diagram.of(pairs)
        page.typed = dict(page.diagram.query)
    except ParameterError as error:
        page.problem = refusal(error, None)
    return page


def _start(renderer: Renderer) -> Pairs:
    """What is shown where nothing is asked for: somebody's own module, or a bottleneck."""
    own = renderer.own
    return [(own.entered.kind, own.entered.name), *own.view] if own else [START]


def _subject(typed: dict[str, str]) -> Subject | None:
    """The subject whose form is shown, if there is one of that name."""
    try:
        return NETWORKS[typed["model"]] if "model" in typed else BLOCKS[typed["block"]]
    except UnknownSubject:
        return None
