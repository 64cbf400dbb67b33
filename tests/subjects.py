"""The subjects that tests are parametrised over, and which of them `make check` takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest

from resnet_core.registry import BLOCKS, NETWORKS, Subject

SUBJECTS: list[Subject] = [*BLOCKS.values(), *NETWORKS.values()]
# Presets of one network differ in sizes and counts; these have all the parts that there are.
MODELS = [
    "resnet18", "resnet50", "resnet50d", "resnet152", "resnext50_32x4d", "seresnet50",
    "ecaresnet50d", "resnetv2_50", "resnet20", "resnet110", "hornet_tiny_7x7", "hornet_stage",
    "stage", "vgg16_bn", "vgg_backbone",
]  # fmt: skip
# A preset of each family and what only one of them has: `make check` takes these.
QUICK = {"resnet50", "resnet20", "seresnet50", "hornet_stage", "stage", "vgg_backbone"}
# Unfolded, the network of 1202 layers is more than most outputs take.
FOLDED_ONLY = "resnet1202"


def drawable(without: Collection[str] = (FOLDED_ONLY,)) -> list[Subject]:
    """All subjects but some."""
    return [subject for subject in SUBJECTS if subject.name not in without]


def weight(name: str) -> list[pytest.MarkDecorator]:
    """``slow`` for a network that is none of the quick ones."""
    return [pytest.mark.slow] if name in NETWORKS and name not in QUICK else []


def whole(subjects: Iterable[Subject] = SUBJECTS) -> list[Any]:
    """One parameter each: the subject itself."""
    return [
        pytest.param(subject, id=subject.name, marks=weight(subject.name)) for subject in subjects
    ]


def sampled(values: Iterable[Any], every: int = 4) -> list[Any]:
    """One parameter each, all but one in so many of them slow: they try one thing in many ways."""
    return [
        pytest.param(value, marks=[pytest.mark.slow] if index % every else [])
        for index, value in enumerate(values)
    ]


def settings(values: Iterable[dict[str, Any]]) -> list[Any]:
    """One parameter each: a setting, ``{"model": "resnet50", "input": 7}``, that names itself.

    Those of a grid, with two knobs and more, are slow: there are many and they differ little.
    """
    return [
        pytest.param(
            value,
            id=" ".join(f"{name}={given}" for name, given in value.items()),
            marks=[pytest.mark.slow] if len(value) > 2 else weight(value.get("model", "")),
        )
        for value in values
    ]


def named(subjects: Iterable[Subject] = SUBJECTS) -> list[Any]:
    """Two parameters each: kind and name."""
    return [pytest.param(one.kind, one.name, marks=weight(one.name)) for one in subjects]


def names(subjects: Iterable[Subject] = SUBJECTS) -> list[Any]:
    """One parameter each: the name."""
    return [pytest.param(one.name, marks=weight(one.name)) for one in subjects]


def pairs(subjects: Iterable[Subject] = SUBJECTS) -> list[Any]:
    """One parameter each: kind and name together."""
    return [
        pytest.param((subject.kind, subject.name), id=subject.name, marks=weight(subject.name))
        for subject in subjects
    ]


def queries(subjects: Iterable[Subject] = SUBJECTS) -> list[Any]:
    """One parameter each: what ``draw`` is asked for, ``{"block": "basic"}``."""
    return [
        pytest.param({subject.kind: subject.name}, id=subject.name, marks=weight(subject.name))
        for subject in subjects
    ]
