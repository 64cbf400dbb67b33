"""The figures of the gallery are those of the traces: ``python -m app.pages.figures``."""

from __future__ import annotations

import pytest

from app.pages.figures import figures, measured
from resnet_core.registry import Subject
from tests.subjects import FOLDED_ONLY, SUBJECTS, drawable, whole


@pytest.mark.parametrize("subject", whole(drawable()))
def test_what_is_written_down_is_what_a_trace_counts(subject: Subject) -> None:
    assert figures()[subject.name] == measured(subject.kind, subject.name)


def test_no_subject_is_missing_and_none_is_there_that_has_gone() -> None:
    assert list(figures()) == [subject.name for subject in SUBJECTS]


def test_a_thousand_layers_are_as_heavy_as_the_paper_says() -> None:
    assert figures()[FOLDED_ONLY].params == pytest.approx(19.4e6, rel=0.01)
