"""Pictures written into one page: each keeps its names and its colours."""

from __future__ import annotations

import re

import pytest

from resnet_core import draw
from resnet_core.layout.sheet import COLOURS

TWO = ({"block": "bottleneck", "stride": 2}, {"model": "resnet18"})
PAINT = """(path) => {
  const painted = document.querySelector(path);
  return [getComputedStyle(painted).fill, getComputedStyle(painted).stroke];
}"""


def drawn(theme: str, **parameters) -> tuple[str, str]:
    """A picture, and the selector of its first box."""
    svg = draw(**parameters, theme=theme).svg
    name = re.search(r' id="([^"]+)"', svg)[1]
    return svg, f"#{name}-input rect"


def colours(name: str, theme: str) -> str:
    """A colour of the table as a browser says it."""
    value = COLOURS[name][theme == "dark"].removeprefix("#")
    return f"rgb({', '.join(str(int(value[at : at + 2], 16)) for at in (0, 2, 4))})"


@pytest.mark.parametrize("theme", ["auto", "light"])
def test_no_id_is_there_twice_and_every_reference_is_met(blank, theme):
    blank.set_content("".join(drawn(theme, **item)[0] for item in TWO))
    ids = blank.eval_on_selector_all("[id]", "all => all.map(each => each.id)")
    assert len(ids) == len(set(ids)) > 20
    named = blank.eval_on_selector_all(
        "[aria-labelledby]", "all => all.map(each => each.getAttribute('aria-labelledby'))"
    )
    assert set(" ".join(named).split()) <= set(ids)


@pytest.mark.parametrize("reader", ["light", "dark"])
def test_each_picture_follows_the_reader_or_keeps_its_own_theme(blank, reader):
    blank.emulate_media(color_scheme=reader)
    themes = ("auto", "light", "dark", "auto")
    asked = ({"block": "basic"}, {"block": "bottleneck"}, {"block": "convnext"}, {"model": "vgg16"})
    made = [drawn(theme, **pair) for theme, pair in zip(themes, asked, strict=True)]
    blank.set_content("".join(svg for svg, _ in made))
    for theme, (_, box) in zip(themes, made, strict=True):
        end = colours("end", reader if theme == "auto" else theme)
        assert blank.evaluate(PAINT, box) == [end, end], theme


def test_a_picture_changes_its_colours_while_it_is_looked_at(blank):
    svg, box = drawn("auto", block="basic")
    blank.set_content(svg)
    for theme in ("dark", "light"):
        blank.emulate_media(color_scheme=theme)
        assert blank.evaluate(PAINT, box)[0] == colours("end", theme)


def test_the_page_around_keeps_its_own_look(blank):
    blank.emulate_media(color_scheme="dark")
    blank.set_content(
        f'<p fill="#ffffff">text</p><svg id="own"><rect fill="#ffffff"/></svg>'
        f"{drawn('auto', block='basic')[0]}"
    )
    assert blank.evaluate(PAINT, "#own rect")[0] == "rgb(255, 255, 255)"
