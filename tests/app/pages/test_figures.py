"""The figures of the gallery are those of the traces: ``python -m app.pages.gallery``."""

from __future__ import annotations

import pytest

from app.pages.gallery import figures, measured
from resnet_core.registry import Subject
from tests.subjects import FOLDED_ONLY, SUBJECTS, drawable, whole

KNOWN = [subject for subject in drawable() if subject.name in figures()]


@pytest.mark.parametrize("subject", whole(KNOWN))
def test_what_is_written_down_is_what_a_trace_counts(subject: Subject) -> None:
    assert figures()[subject.name] == measured(subject.kind, subject.name)


def test_nothing_is_written_down_of_what_is_no_subject() -> None:
    # A new block is one file: its card has no figures until they are written.
    assert set(figures()) <= {subject.name for subject in SUBJECTS}
    assert len(KNOWN) > 40


def test_a_thousand_layers_are_as_heavy_as_the_paper_says() -> None:
    assert figures()[FOLDED_ONLY].params == pytest.approx(19.4e6, rel=0.01)
