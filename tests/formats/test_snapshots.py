"""Each subject's picture as DOT, kept beside the tests, so that a reviewer sees what changed.

``make test ARGS=--update`` writes what is new and then fails: nothing changes unseen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from resnet_core import draw
from tests.subjects import SUBJECTS, whole

FOLDER = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("subject", whole())
def test_the_picture_is_the_one_that_was_reviewed(subject, request):
    detail = "layer" if subject.kind == "block" else "block"
    drawn = draw(**{subject.kind: subject.name, "detail": detail}).dot
    folder = request.config.getoption("--snapshots") or FOLDER
    file = folder / f"{subject.name}.dot"
    known = file.read_text(encoding="utf-8") if file.exists() else None
    if drawn == known:
        return
    if request.config.getoption("--update"):
        folder.mkdir(exist_ok=True)
        file.write_text(drawn, encoding="utf-8")
        pytest.fail(f"{file.name} is written anew: look at the difference, then run again")
    if known is None:
        pytest.fail(f"{file.name} is missing: make test ARGS=--update writes it")
    assert drawn == known


def test_no_snapshot_is_left_of_a_subject_that_is_gone():
    names = {subject.name for subject in SUBJECTS}
    assert {file.stem for file in FOLDER.glob("*.dot")} == names
