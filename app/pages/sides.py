"""One side of a comparison as people type it ⇄ as a query.

    resnet50 --stride-on conv1   ⇄   model=resnet50&stride_on=conv1

A query is taken as it is. Titles are names too, and a knob may be written with a sign of equality:
``Bottleneck stride=2``.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlencode

from app.workers.renderer import Renderer
from resnet_core import Diagram, ParameterError
from resnet_core.bilingual import Text, clauses, same
from resnet_core.compare.query import SIDES
from resnet_core.diagram.pasted import packed, unpacked
from resnet_core.diagram.words import NoSuchSubject, Request, spelled
from resnet_core.errors import option
from resnet_core.registry import BLOCKS, NETWORKS, Subject

# Networks that are worth setting beside another.
_KNOWN = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet50d", "resnext50_32x4d",
          "wide_resnet50_2", "seresnet50", "resnetv2_50")  # fmt: skip


def query_of(side: str, text: str) -> str:
    """The query that somebody means. Raises ParameterError."""
    text = text.strip()
    if not text or "=" in text.split()[0]:
        return text
    try:
        return urlencode(Request(_plain(shlex.split(text))).pairs, safe=",:")
    except NoSuchSubject as error:
        # A query of that name is refused with the nearest name that there is.
        name = text.split()[0]
        return urlencode({"block" if error.suggestion in BLOCKS else "model": name})
    except ValueError:
        raise ParameterError(
            side,
            text,
            Text("it is not a name with options", "这不是“名称加选项”的写法"),
            allowed=clauses(
                same("resnet50 --stride-on conv1"), same("model=resnet50&stride_on=conv1")
            ),
        ) from None


# What a form says of the code of a side, and of what is drawn of it.
CODE = ("source", "call", "input")
# A form in which a side stands as code says so: a name that is typed then takes its place.
PASTED = "pasted"


async def with_code(renderer: Renderer, typed: dict[str, str]) -> dict[str, str]:
    """What was typed, with the code of a side (``a.source``, ``a.call``) as the side itself.

    A listing that a page has spoilt is restored, by a worker. Raises Busy, TimeoutError.
    """
    of_forms = (*CODE, PASTED)
    found = {name: value for name, value in typed.items() if name.partition(".")[2] not in of_forms}
    for side in SIDES:
        said = {name: typed[f"{side}.{name}"] for name in CODE if f"{side}.{name}" in typed}
        renamed = side in found and f"{side}.{PASTED}" in typed
        if "source" in said and not renamed:
            text = await renderer.restored(said["source"].replace("\r\n", "\n"))
            found[side] = urlencode(said | {"source": packed(text)}, safe=",:")
    return found


def pasted_of(query: str) -> dict[str, str]:
    """The code of a side, its call and its input; empty where the side is no code."""
    said = dict(parse_qsl(query))
    if "source" not in said:
        return {}
    try:
        return said | {"source": unpacked(said["source"])}
    except ParameterError:
        return said


def _plain(words: Sequence[str]) -> tuple[str, ...]:
    """The words as the command line has them."""
    titles = {item.title.lower(): item.name for item in (*NETWORKS.values(), *BLOCKS.values())}
    subject, *rest = words
    found = [titles.get(subject.lower(), subject)]
    for word in rest:
        name, equals, value = word.partition("=")
        knob = equals and not word.startswith("-")
        found += [option(name), value] if knob else [word]
    return tuple(found)


def words_of(query: str) -> str:
    """A query as it would be typed; nothing for one that is not legal."""
    try:
        return shlex.join(spelled(Diagram.of(parse_qsl(query, keep_blank_values=True))))
    except ParameterError:
        return ""


def typeable() -> Iterator[tuple[str, str]]:
    """Names that can be typed, with what they are."""
    yield from ((network.name, network.title) for network in (*NETWORKS.values(), *BLOCKS.values()))


def partners(query: str) -> list[tuple[str, str]]:
    """Titles and queries of what a structure may be compared with, the plainest first."""
    if pasted_of(query):
        return [(block.title, f"block={block.name}") for block in BLOCKS.values()]
    diagram = Diagram.of(parse_qsl(query, keep_blank_values=True))
    subject = diagram.subject
    others: list[Subject] = list(BLOCKS.values())
    if subject.kind == "model":
        others = [NETWORKS[choice] for choice in _KNOWN]
    plain = len(diagram.query) == 1
    found = [other for other in others if other.name != subject.name]
    return [(node.title, f"{node.kind}={node.name}")
            for node in (*(() if plain else (subject,)), *found)]  # fmt: skip
