"""Markers at random: what is filled is found again, and what is not theirs stays as it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.docs.dialects import HTML, LATEX, MARKDOWN, RST, Dialect
from app.docs.markers import filled, markers
from tests.subjects import sampled

PROSE = st.sampled_from(
    [
        "",
        "Text.",
        "- item",
        "  deeper",
        "> quoted",
        "# Title",
        "~~~",
        "| a | b |",
        "a -> b",
        "``x``",
    ]
)
WORDS = st.sampled_from(
    ["basic", "bottleneck stride=2 as=pair", 'compare "basic" "basic stride=2"']
)
CODE = st.lists(
    st.sampled_from(
        ["class A(nn.Module):", "    def forward(self, x) -> Tensor:", "        return x", "",
         "# ```", '"""', "x = a --b", "% y", "```python"]
    ),
    min_size=1, max_size=6,
)  # fmt: skip
INDENT = st.sampled_from(["", "  ", "    "])
BODY = st.sampled_from(
    ["![a](b.svg)", "```text\n<!-- -->\n```", "\ntwo\n\nparts\n", "<picture>\n</picture>"]
)


def marked(dialect: Dialect, indent: str, words: str, code: list[str]) -> list[str]:
    """The lines of an unfilled pair, with code in it where there is some."""
    opening, closing = dialect.pair[0].split("{}")
    first = f"{opening}source {words}" if code else f"{opening}{words}{closing}"
    if not code:
        lines = [first]
    elif dialect is LATEX:
        lines = [first, *(f"% {line}" for line in code)]
    elif dialect is RST:
        lines = [first, *(f"   {line}".rstrip() for line in code), ""]
    else:
        lines = [first, *code, "-->"]
    return [indent + line if line else line for line in (*lines, dialect.pair[1])]


@st.composite
def documents(draw: st.DrawFn, dialect: Dialect) -> tuple[list[str], int]:
    """Lines, and how many markers stand in them."""
    lines: list[str] = []
    count = 0
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["prose", "pair", "source"]))
        if kind == "prose":
            line = draw(PROSE)
            # A fence that stays open would make code of all that follows.
            lines += [line, "x", line] if line == "~~~" and dialect is MARKDOWN else [line]
            continue
        code = draw(CODE) if kind == "source" else []
        code = code if any(line.strip() for line in code) else []
        lines += ["", *marked(dialect, draw(INDENT), draw(WORDS), code), ""]
        count += 1
    return lines, count


@pytest.mark.parametrize(
    "dialect", sampled([MARKDOWN, HTML, RST, LATEX]), ids=lambda dialect: dialect.name
)
@given(data=st.data())
def test_filling_is_found_again_and_changes_nothing_else(dialect: Dialect, data: st.DataObject):
    lines, count = data.draw(documents(dialect))
    text = "\n".join(lines)
    found = markers(text, dialect)
    assert len(found) == count
    body = data.draw(BODY)
    once = filled(text, dialect, dict.fromkeys(found, body))
    again = markers(once, dialect)
    assert [(one.words, one.code) for one in again] == [(one.words, one.code) for one in found]
    assert filled(once, dialect, dict.fromkeys(again, body)) == once
    emptied = once.splitlines()
    for marker in reversed(again):
        del emptied[slice(*marker.body)]
    kept = text.splitlines()
    for marker in reversed(found):
        del kept[slice(*marker.body)]
    assert emptied == kept


@given(words=WORDS, code=CODE, indent=INDENT)
@example(words="basic", code=["# ```"], indent="  ")
def test_a_block_becomes_a_pair_that_asks_for_the_same(words, code, indent):
    inside = [f"source {words}", *code]
    if any(re.match(r"\s*`{4,}\s*$", line) for line in inside):
        return
    block = [indent + line if line else line for line in ("````resnet-diagram", *inside, "````")]
    text = "\n".join(["before", *block, "after", ""])
    (asked,) = markers(text, MARKDOWN)
    made = filled(text, MARKDOWN, {asked: "![a](b.svg)"})
    (pair,) = markers(made, MARKDOWN)
    assert (pair.words, pair.code) == (asked.words, asked.code)
    assert not pair.is_block
    assert made.startswith("before\n")
    assert made.endswith("after\n")
