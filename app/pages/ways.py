"""The ways between a network and its blocks: a block opened alone, and where a block stands.

A block inside a network is the same structure alone, with its own parameters and with the input
that it gets there: the query says both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError

from resnet_core.diagram.form import plain
from resnet_core.registry import BLOCKS, Subject

Record = Mapping[str, Any]


def alone(record: Record) -> dict[str, str]:
    """The query of each block of a network by its path; of what is no block of ours, none."""
    known = {subject.origin.name: subject for subject in BLOCKS.values()}
    entered = _entered(record)
    found = {}
    for group in record["groups"]:
        subject = known.get(group["type"])
        sides = entered.get(group["path"])
        if group["path"] and subject and sides and legal(subject, group["parameters"]):
            found[group["path"]] = _query(subject, group["parameters"], sides)
    return found


def _entered(record: Record) -> dict[str, tuple[int, int]]:
    """Height and width of what comes into each group: what its first call reads."""
    parents = {group["path"]: group["parent"] for group in record["groups"]}
    found: dict[str, tuple[int, int]] = {}
    for node in record["nodes"]:
        path = node["group"]
        while path and path not in found and node["inputs"] and len(node["inputs"][0]) == 4:
            found[path] = (node["inputs"][0][2], node["inputs"][0][3])
            path = parents[path]
    return found


def legal(subject: Subject, knobs: Mapping[str, Any]) -> bool:
    """Whether a subject's knobs may have these values, each by itself."""
    try:
        subject.params.model_validate(dict(knobs))
    except ValidationError:
        return False
    return True


def pairs_of(subject: Subject, knobs: Mapping[str, Any], **more: str) -> list[tuple[str, str]]:
    """The query for a subject with these knobs, what is a default left out."""
    fields = subject.params.model_fields
    changed = {n: plain(v) for n, v in knobs.items() if v != fields[n].default}
    return [(subject.kind, subject.name), *sorted((changed | more).items())]


def _query(subject: Subject, knobs: Mapping[str, Any], sides: tuple[int, int]) -> str:
    height, width = sides
    given = {}
    side = subject.input_side(knobs)
    if sides != (side, side):
        given["input"] = str(height) if height == width else f"{height}x{width}"
    return urlencode(pairs_of(subject, knobs, **given), safe=",:")
