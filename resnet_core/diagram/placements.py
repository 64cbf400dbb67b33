"""Where a block stands in the networks that the field knows by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import nn

from resnet_core.registry import BLOCKS, NETWORKS, Subject, sketching
from resnet_core.trace import one_at_a_time

Key = tuple[type[nn.Module], tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class Place:
    """A block's position: ``layer2.0`` of ``resnet50``."""

    model: str
    title: str
    path: str


def places(subject: Subject, knobs: Mapping[str, Any]) -> tuple[Place, ...]:
    """Where a block with these parameters stands in the presets; nothing for a network."""
    if subject.kind != "block":
        return ()
    return _index().get(_key(subject.factory, knobs), ())


def settings(subject: Subject) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The parameters that a block has in the presets, each once, with where it is met first."""
    for (factory, knobs), found in _index().items():
        if subject.kind == "block" and factory is subject.factory:
            yield found[0], dict(knobs)


@cache
def _index() -> dict[Key, tuple[Place, ...]]:
    """All blocks of all presets, from outlines on the meta device; once per process."""
    found: dict[Key, list[Place]] = {}
    known = {block.factory for block in BLOCKS.values()}
    for subject in NETWORKS.values():
        if not subject.base:
            continue
        with one_at_a_time, sketching(), torch.device("meta"):
            network = subject.build(subject.params())
        for path, module in network.named_modules():
            if type(module) in known:
                place = Place(subject.name, subject.title, path)
                found.setdefault(_key(type(module), vars(module)["knobs"]), []).append(place)
    return {key: tuple(item) for key, item in found.items()}


def _key(factory: type[nn.Module], knobs: Mapping[str, Any]) -> Key:
    return factory, tuple(sorted(knobs.items()))
