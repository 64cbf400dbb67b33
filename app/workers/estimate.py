"""What a job will probably cost, told from its arguments without building anything.

It decides who waits behind whom, never what is answered: a guess that is too low is found out by
the clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from app.workers import jobs
from resnet_core.diagram.pasted import unpacked
from resnet_core.errors import ParameterError
from resnet_core.source.budget import LONGEST_SOURCE

# Seconds. What costs more is large.
SMALL = 1.0
BLOCK, MODEL, UNKNOWN = 0.05, 0.3, 2.0
# A sweep traces so many structures, about.
SWEEP = 5
# What is worth trying next is three of them beside the structure itself.
TURNED = 4
# A pasted source: for what it calls, and for a look at which of the catalogue's subjects it is.
CALL, LOOKALIKE = 0.0015, 0.5
# A loop over something whose length the text does not say.
TURNS = 8
MADE = re.compile(r"\b[A-Z]\w*\(")
LOOP = re.compile(r"\bfor\b|_make_layer")
LENGTHS = re.compile(
    r"range\((?:\d{1,4},\s*)?(\d{1,4})\)|(?:\[|(?<!\w)\()(\d{1,3}(?:,\s*\d{1,3}){1,9})[\])]"
)
DEPTHS = ("layers", "depths", "depth", "num_blocks")
COUNT = re.compile(r"\d{1,6}")
PAIRS = (jobs.render, jobs.explore, jobs.prose, jobs.explain, jobs.fix, jobs.window)


def cost_of(job: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    """Seconds that a job will probably take."""
    if job in (jobs.paint, jobs.probe):
        return BLOCK
    if job is jobs.compare:
        return sum(_of_pairs(parse_qsl(value)) for name, value in arguments[0] if name in "ab")
    if job is jobs.sweep:
        return SWEEP * _of_pairs(arguments[0])
    if job is jobs.turns:
        return TURNED * _of_pairs(arguments[0])
    if job is jobs.read:
        return LOOKALIKE + _of_pairs(arguments[0])
    return _of_pairs(arguments[0]) if job in PAIRS else UNKNOWN


def _of_pairs(pairs: Iterable[tuple[str, Any]]) -> float:
    """Seconds for the diagram of a query, legal or not."""
    asked = {name: str(value) for name, value in pairs}
    if "source" in asked:
        return _of_source(asked)
    if "model" not in asked:
        return BLOCK
    # A preset such as resnet1202 says its depth in its name.
    name = COUNT.search(asked["model"])
    deep = max([int(name[0]) / 3 if name else 0.0, *(_depth(asked, knob) for knob in DEPTHS)])
    seconds = MODEL + 0.005 * deep
    if asked.get("fold") == "false":
        seconds *= 2
    if asked.get("shapes") == "symbolic":
        seconds *= 10
    return seconds


def _of_source(asked: dict[str, str]) -> float:
    """Seconds for a pasted source: so many calls are written in it, and a loop repeats them."""
    try:
        text = unpacked(asked["source"])
    except ParameterError:
        return BLOCK  # it is refused as soon as it is read
    said = " ".join([text[:LONGEST_SOURCE], *(asked[name] for name in asked if name != "source")])
    calls = len(MADE.findall(text))
    if LOOP.search(text):
        calls *= max([TURNS, *(_turns(found) for found in LENGTHS.findall(said))])
    return BLOCK + CALL * calls


def _turns(found: tuple[str, str]) -> int:
    """How many turns a range has, or all stages of a list such as ``[3, 4, 6, 3]``."""
    return sum(int(number) for number in COUNT.findall(" ".join(found)))


def _depth(asked: dict[str, str], knob: str) -> float:
    counts = [int(found) for found in COUNT.findall(asked.get(knob, "")[:100])]
    return sum(counts) / (3 if knob == "depth" else 1)
