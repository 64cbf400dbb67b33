"""The caption of a structure: its name, its notable knobs, and its sums in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resnet_core.bilingual import Language, Text
from resnet_core.graph.model import Graph
from resnet_core.language.numbers import amount
from resnet_core.language.terms import say


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
    own_title: str | None = None
    language: Language = "en"

    @property
    def above(self) -> str:
        """The title above the picture: the reader's own, empty where none is wanted."""
        return self.called(self.language) if self.own_title is None else self.own_title

    @property
    def named(self) -> str:
        """What the document is called, for those who do not see it: never empty."""
        return self.above.strip() or self.called(self.language)

    def called(self, language: Language) -> str:
        """The title in a language; a class of the reader's own keeps its name."""
        return say(self.title, language) if self.kind in ("block", "model") else self.title


def spoken(name: str, language: Language) -> str:
    """A title, with knobs in brackets behind it or without: ``阶段（blocks=2，stride=1）``."""
    found = re.fullmatch(r"(.+?) \((\w+=.*)\)", name)
    if language == "en" or found is None:
        return say(name, language)
    title, knobs = found.groups()
    return Text("{} ({})", "{}（{}）").format(say(title, language), knobs.replace(", ", "，"))[
        language
    ]


def facts(caption: Caption, graph: Graph, language: Language = "en") -> list[str]:
    """What this structure is: channels, notable knobs, the kind of shortcut, the input."""
    notable = dict(caption.notable)
    found = []
    if caption.kind == "block":
        for known in ("inplanes", "planes", "outplanes", "shortcut"):
            notable.pop(known, None)
        given = graph.inputs[0].shape
        if graph.outputs:
            made = graph.outputs[0].shape
            found.append(say("{} → {} channels", language, given[1], made[1]))
        else:
            found.append(say("{} channels", language, given[1]))
    found += [_words(name, value) for name, value in notable.items()]
    if caption.kind == "block":
        found += _shortcut(graph, language)
    else:
        sizes = ["×".join(map(str, node_input.shape[2:])) for node_input in graph.inputs]
        found += [say("{} input", language, size) for size in dict.fromkeys(sizes) if size]
    batch = graph.inputs[0].shape[0]
    return found + ([say("batch {}", language, batch)] if batch != 1 else [])


def sums(graph: Graph, language: Language = "en") -> list[str]:
    """Parameters, multiply-adds, receptive field."""
    totals = graph.totals
    found = [say("{} parameters", language, f"{totals.params:,}")]
    if graph.problem:
        return found
    found.append(say("{} multiply-adds", language, amount(totals.macs, language)))
    found.append(say("receptive field {}", language, totals.receptive_field))
    return found


def _shortcut(graph: Graph, language: Language) -> list[str]:
    """The kinds of shortcut that the block's own additions close."""
    joins = [node for node in graph.nodes if node.role == "add" and not node.group]
    kinds = [
        item for item in map(graph.shortcut_into, (join.id for join in joins)) if item != "none"
    ]
    found = [
        say("{} shortcut", language, say(kind, language))
        if count == 1
        else say("{} {} shortcuts", language, count, say(kind, language))
        for kind, count in Counter(kinds).items()
    ]
    return found or ([] if graph.problem else [say("no shortcut", language)])


def _words(name: str, value: Any) -> str:
    """A knob as people say it: ``stride 2``, ``no top``, ``bottleneck``.

    Names of knobs are the same in every language: they are what one types.
    """
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
