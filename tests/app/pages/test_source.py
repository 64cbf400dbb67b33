"""The code beside the picture is the code that ran."""

from __future__ import annotations

import html
import inspect
import re
from textwrap import dedent

import pytest

from app.pages.source import listings, place, whole
from resnet_core import Diagram
from resnet_core.registry import BLOCKS
from tests.subjects import SUBJECTS, named

ORIGINALS = [subject for subject in SUBJECTS if not subject.base]


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


@pytest.mark.parametrize(("kind", "name"), named(ORIGINALS))
def test_every_call_is_made_in_a_line_that_is_listed(kind: str, name: str) -> None:
    diagram = Diagram.of([(kind, name)])
    nodes = diagram.to_dict()["nodes"]
    listed = {line.at for listing in listings(nodes) for line in listing.lines}
    made = {place(node["source"]) for node in nodes if node["source"]}
    assert made
    assert made <= listed


@pytest.mark.parametrize("name", BLOCKS)
def test_the_code_of_a_block_is_its_own_source_line_by_line(name: str) -> None:
    subject = BLOCKS[name]
    first, *_ = listings(Diagram.of([("block", name)]).to_dict()["nodes"])
    assert first.name == f"{subject.factory.__name__}.forward"
    found = whole(first.file, first.owner)
    assert found is not None
    text = "\n".join(plain(line.markup) for line in found.lines)
    assert text.strip() == dedent(inspect.getsource(subject.factory)).strip()
    numbers = [line.number for line in found.lines]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
