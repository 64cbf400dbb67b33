"""What stands above the picture: the title, what differs from the defaults, and the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resnet_core.draw.label import amount
from resnet_core.draw.sheet import Line, Text
from resnet_core.draw.theme import SUBTITLE, TITLE
from resnet_core.graph import Graph


@dataclass(frozen=True)
class Caption:
    """What is known of a structure beside its graph.

    ``parameters`` are all knobs with their values; ``notable`` those worth a word above the
    picture: what a preset fixes and what differs from the defaults.
    """

    name: str
    title: str
    kind: str = ""
    formula: str = ""
    paper: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notable: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    fix: str | None = None


def heading(caption: Caption, graph: Graph) -> tuple[Line, ...]:
    """Title and two lines of facts; ``graph`` is the whole structure, not a view of it."""
    return (
        (Text(caption.title, TITLE, bold=True),),
        (Text(" · ".join(facts(caption, graph)), SUBTITLE, "quiet"),),
        (Text(" · ".join(sums(graph)), SUBTITLE, "quiet"),),
    )


def facts(caption: Caption, graph: Graph) -> list[str]:
    """What this structure is: channels, notable knobs, the kind of shortcut, the input."""
    notable = dict(caption.notable)
    found = []
    if caption.kind == "block":
        notable = {k: v for k, v in notable.items() if k not in ("inplanes", "planes", "shortcut")}
        given, made = graph.inputs[0].shape, graph.outputs[0].shape if graph.outputs else ()
        found.append(f"{given[1]} → {made[1]} channels" if made else f"{given[1]} channels")
    found += [_words(name, value) for name, value in notable.items()]
    if caption.kind == "block":
        found += _shortcut(graph)
    else:
        sizes = ["×".join(map(str, each.shape[2:])) for each in graph.inputs]
        found += [f"{each} input" for each in dict.fromkeys(sizes) if each]
    batch = graph.inputs[0].shape[0]
    return found + ([f"batch {batch}"] if batch != 1 else [])


def sums(graph: Graph) -> list[str]:
    """Parameters, multiply-adds, receptive field."""
    totals = graph.totals
    found = [f"{totals.params:,} parameters"]
    if graph.problem:
        return found
    found.append(f"{amount(totals.macs)} multiply-adds")
    found.append(f"receptive field {totals.receptive_field}")
    return found


def _shortcut(graph: Graph) -> list[str]:
    """The kinds of shortcut that the block's own additions close."""
    joins = [each for each in graph.nodes if each.role == "add" and not each.group]
    kinds = [
        each for each in map(graph.shortcut_into, (each.id for each in joins)) if each != "none"
    ]
    found = [
        f"{kind} shortcut" if count == 1 else f"{count} {kind} shortcuts"
        for kind, count in Counter(kinds).items()
    ]
    return found or ([] if graph.problem else ["no shortcut"])


def _words(name: str, value: Any) -> str:
    """A knob as people say it: ``stride 2``, ``no top``, ``bottleneck``."""
    if isinstance(value, bool):
        plain = name.removeprefix("include_").replace("_", " ")
        return plain if value else f"no {plain}"
    if name == "block":
        return str(value)
    if name == "layers":
        return f"layers {str(value).replace(',', ', ')}"
    if name == "norm_layer":
        return "no norm" if value == "none" else f"{value} norm"
    if name in ("activation", "shortcut"):
        return f"{value} {name}" if name == "shortcut" else str(value)
    return f"{name.replace('_', ' ')} {value}"
