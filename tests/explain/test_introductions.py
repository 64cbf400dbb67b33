"""The other names of a term: given once, where it is first spoken of."""

from __future__ import annotations

from typing import Any

import pytest

from resnet_core import draw

NAMES = {"捷径": "（跳跃连接、残差连接，shortcut）", "步长": "（stride）"}


@pytest.mark.parametrize(
    "query",
    [{"block": "bottleneck", "stride": 2}, {"block": "basic"}, {"model": "resnet18"},
     {"block": "downsample"}, {"block": "preact_basic", "shortcut": "none"}],
)  # fmt: skip
def test_a_term_is_introduced_at_its_first_mention_and_nowhere_else(query: dict[str, Any]) -> None:
    told = "".join(
        text
        for paragraph in draw(**query).explain("zh").paragraphs
        for text in (paragraph.lead, *(sentence.text for sentence in paragraph.sentences))
    )
    for term, names in NAMES.items():
        assert told.count(names) == (term in told)
        if term in told:
            assert told.index(term + names) == told.index(term)


def test_english_has_one_word_and_needs_no_other() -> None:
    assert "（" not in draw(block="bottleneck", stride=2).explain("en").text
