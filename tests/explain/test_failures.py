"""Structures that cannot run: each is explained in both languages by what is there of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from resnet_core import ParameterError, draw
from resnet_core.registry import BLOCKS, Subject
from tests.subjects import SUBJECTS, sampled

# What some subject or other cannot run at.
HARD: list[dict[str, Any]] = [
    {"input": 1},
    {"input": 2},
    {"input": 1, "norm_layer": "instance"},
    {"input": 1, "norm_layer": "batch"},
    {"input": 1, "norm_layer": "instance", "stride": 2},
    {"shortcut": "identity", "stride": 2},
    {"shortcut": "identity", "stride": 2, "inplanes": 32},
    {"downsample": "identity", "stride": 2},
]
# Presets differ from their base in values only, and few take long.
ORIGINALS = [subject for subject in SUBJECTS if not subject.base]


def failing(subject: Subject) -> Iterator[Any]:
    """The drawings of a subject that can be asked for and cannot run."""
    for setting in HARD:
        if set(setting) - {"input"} <= set(subject.params.model_fields):
            drawing = draw(**{subject.kind: subject.name}, **setting)
            try:
                problem = drawing.graph.problem
            except ParameterError:
                continue
            if problem:
                yield drawing


@pytest.mark.parametrize("subject", sampled(ORIGINALS))
def test_what_cannot_run_is_explained_in_both_languages(subject: Subject) -> None:
    for drawing in failing(subject):
        node = drawing.graph.problem.node
        for language, word in (("en", "cannot run"), ("zh", "跑不起来")):
            first = drawing.explain(language).paragraphs[0]
            assert word in first.lead
            assert node in first.lead


def test_the_settings_make_most_blocks_fail() -> None:
    failed = {name for name, subject in BLOCKS.items() if any(failing(subject))}
    assert failed >= {"basic", "bottleneck", "res2net", "inverted_residual", "downsample"}


@pytest.mark.parametrize("block", ["inverted_residual", "res2net"])
def test_a_block_that_fails_halfway_is_told_by_what_ran(block: str) -> None:
    drawing = draw(block=block, input=1, norm_layer="instance")
    _, told = drawing.explain("en").paragraphs
    assert told.lead == "The block is not complete."
    assert "This much ran before the failure: a 1×1 convolution" in told.sentences[-1].text
