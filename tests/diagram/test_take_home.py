"""A picture as it is taken home: own title, header, legend, ground, ink and width."""

from __future__ import annotations

import io
import itertools
import json
import re
import xml.etree.ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.main import create_app
from app.settings import Settings
from resnet_core import ParameterError, TooLarge, draw, draw_module
from resnet_core.compare import compare
from resnet_core.diagram.form import WIDTHS
from resnet_core.diagram.picture import LEAST_TYPE
from resnet_core.formats.metadata import source
from resnet_core.layout.sheet import SMALL, hatching
from resnet_core.registry import BLOCKS

SVG = "{http://www.w3.org/2000/svg}"
# Texts that would be markup, script, escapes or formats somewhere on their way.
CORPUS = (
    '<script>alert("1")</script>',
    "</title></svg><img src=x onerror=alert(1)>",
    "]]> --> <!-- &lt;b&gt; &#0; &amp",
    'a"] ; click A "javascript:alert(1)" %%{init: {}}%% ---',
    r"\N \G \L \r \\ {a|b} <<TABLE>>",
    "label=\"x\" }; digraph { a -> b [URL=\"javascript:1\"]",
    "{{ 7 * 7 }} {% raw %} ${x} `id` $(id)",
    "%s %d {0} {x!r} (a) \\(b) <~> '\"",
    "标题：残差块（第一版）𝐱 + 𝐟(𝐱) → é ß 👩‍🔬",
    "==SUMMARY(1)",
)  # fmt: skip


def words_of(svg: str, kind: str) -> str:
    """What is written in the groups of a class, with ordinary spaces."""
    root = ET.fromstring(svg)
    groups = [group for group in root.iter(f"{SVG}g") if group.get("class") == kind]
    texts = ["".join(text.itertext()) for group in groups for text in group.iter(f"{SVG}text")]
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("title", CORPUS)
def test_a_title_is_text_in_every_format(title):
    picture = draw(block="basic", title=title)
    flat = " ".join(title.split())
    assert flat in " ".join(words_of(picture.svg, "heading").split())
    root = ET.fromstring(picture.svg)
    assert root.findtext(f"{SVG}title") == title
    assert not [item for item in root.iter() if item.tag in (f"{SVG}script", f"{SVG}a")]
    (line,) = [row for row in picture.mermaid.splitlines() if row.startswith("title: ")]
    assert json.loads(line.removeprefix("title: ")).startswith(title)
    assert title in picture.txt
    assert json.loads(picture.render("json"))["subject"]["title"] == "BasicBlock"
    assert source(picture.png()) == picture.url
    assert title.encode("utf-16-be").hex().encode() in picture.pdf
    assert draw(**dict(picture.query)) == picture


@pytest.mark.slow
@pytest.mark.parametrize("title", CORPUS)
def test_a_title_is_text_on_every_page(title):
    with TestClient(create_app(Settings(workers=0))) as client:
        for path in ("/", "/compare"):
            query = {"title": title}
            query |= {"block": "basic"} if path == "/" else {"a": "block=basic", "b": "block=basic"}
            answer = client.get(path, params=query, headers={"Accept": "text/html"})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text


@pytest.mark.parametrize("letter", ["\0", "\n", "\t", "\x1b", "\x7f", "\u202e", "\u200b", "\u2028"])
def test_a_character_that_nobody_sees_is_refused_by_its_number(letter):
    with pytest.raises(ParameterError) as refused:
        draw(block="basic", title=f"My{letter}block")
    assert f"U+{ord(letter):04X}" in refused.value.reason
    assert refused.value.suggestion == "My block"
    assert "看不见" in refused.value.text["zh"]


def test_a_title_is_at_most_120_letters():
    draw(block="basic", title="x" * 120)
    with pytest.raises(ParameterError, match="121"):
        draw(block="basic", title="x" * 121)


@pytest.mark.parametrize(("name", "value"), [("title", "a\ud800b"), ("labels", "\udcff")])
def test_half_a_character_is_refused(name, value):
    """Python holds such, and bytes of a command line that are no letters become such."""
    with pytest.raises(ParameterError, match="half a character") as refused:
        draw(block="basic", **{name: value})
    assert "半个字符" in refused.value.text["zh"]


def test_a_long_title_is_set_in_lines():
    plain, long = draw(block="basic"), draw(block="basic", title="A long title of words " * 5)
    assert len(long.sheet.heading) > len(plain.sheet.heading)
    assert long.sheet.width <= 500


def test_an_empty_title_leaves_the_figures_and_no_header_leaves_nothing():
    assert "BasicBlock" not in words_of(draw(block="basic", title="").svg, "heading")
    assert "73,984 parameters" in words_of(draw(block="basic", title="").svg, "heading")
    bare = draw(block="basic", header=False)
    assert not words_of(bare.svg, "heading")
    assert bare.sheet.height < draw(block="basic").sheet.height
    assert draw(block="basic", title="").url.endswith("title=")
    assert ET.fromstring(bare.svg).findtext(f"{SVG}title") == "BasicBlock"


def test_the_legend_may_be_left_out_with_its_room():
    whole, bare = draw(block="bottleneck"), draw(block="bottleneck", legend=False)
    assert "identity" in words_of(whole.svg, "legend")
    assert not words_of(bare.svg, "legend")
    assert bare.sheet.height < whole.sheet.height
    assert [box.x for box in whole.sheet.boxes] == [box.x for box in bare.sheet.boxes]


@pytest.mark.parametrize("theme", ["light", "dark", "ink"])
def test_without_ground_a_picture_is_clear_where_nothing_is_drawn(theme):
    for background, alpha in (("paper", 255), ("none", 0)):
        picture = draw(block="bottleneck", theme=theme, background=background)
        corner = Image.open(io.BytesIO(picture.png())).convert("RGBA").getpixel((3, 3))
        assert corner[3] == alpha
        drawn = ET.fromstring(picture.svg)
        paper = [group for group in drawn.iter(f"{SVG}g") if group.get("class") == "paper"]
        filled = [shape.get("fill") for group in paper for shape in group]
        grounds = [shape.get("fill") for shape in drawn.findall(f"{SVG}g/{SVG}path")]
        clear = all(fill in (None, "none", "transparent") for fill in (*filled, *grounds))
        assert clear == (background == "none")


@pytest.mark.parametrize("name", BLOCKS)
def test_ink_is_black_and_white_and_nothing_else(name):
    colours = set(re.findall(r"#[0-9a-f]{6}\b", draw(block=name, theme="ink").svg))
    assert colours == {"#000000", "#ffffff"}


@pytest.mark.parametrize("name", BLOCKS)
def test_hatching_stays_inside_the_boxes_and_left_of_the_letters(name):
    sheet = draw(block=name, theme="ink").sheet
    strokes = list(hatching(sheet))
    assert strokes
    for (x1, y1), (x2, y2) in strokes:
        assert any(
            box.x - box.width / 2 < min(x1, x2)
            and max(x1, x2) < box.x - box.width / 2 + 9
            and box.y - box.height / 2 < min(y1, y2)
            and max(y1, y2) < box.y + box.height / 2
            for box in sheet.boxes
        )


def test_hues_that_differ_are_hatched_differently():
    sheet = draw(block="bottleneck", stride=2, attention="se", theme="ink").sheet
    shapes = {}
    for box in sheet.boxes:
        near = [
            (round(x2 - x1, 1), round(y2 - y1, 1))
            for (x1, y1), (x2, y2) in hatching(sheet)
            if abs(y1 - box.y) < box.height / 2 and abs(x1 - box.x + box.width / 2) < 8
        ]
        shapes.setdefault(box.fill, set(near))
    hatched = {fill: frozenset(lines) for fill, lines in shapes.items() if lines}
    assert {"conv", "norm", "activation", "pool"} <= set(hatched)
    for one, other in itertools.combinations(("conv", "norm", "activation", "pool"), 2):
        assert hatched[one] != hatched[other]


@pytest.mark.parametrize(("pixels", "scale"), [(300, 1), (801, 1), (800, 2)])
def test_a_picture_has_the_width_that_is_asked_for(pixels, scale):
    picture = draw(block="bottleneck", width=str(pixels), scale=scale)
    assert abs(float(ET.fromstring(picture.svg).get("width")) - pixels) < 1
    assert abs(Image.open(io.BytesIO(picture.png())).width - pixels * scale) <= 2
    (box,) = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", picture.pdf)
    assert abs(float(box[0]) - pixels * 0.75) < 1.5


@pytest.mark.parametrize("place", WIDTHS)
@pytest.mark.parametrize("asked", [{"block": "bottleneck", "stride": 2}, {"model": "resnet50"},
                                   {"model": "resnet50", "detail": "op"}])  # fmt: skip
def test_a_place_is_not_overrun_and_its_letters_can_be_read(place, asked):
    picture = draw(**asked, width=place)
    shown = float(ET.fromstring(picture.svg).get("width")) * 0.75
    assert shown <= WIDTHS[place] + 1
    assert SMALL * shown / picture.sheet.width >= LEAST_TYPE - 0.05


def test_a_narrow_place_makes_the_view_coarser_and_pixels_do_not():
    asked = {"model": "resnet50", "detail": "op", "fold": False, "direction": "LR"}
    assert len(draw(**asked, width="9999").sheet.boxes) == len(draw(**asked).sheet.boxes)
    assert len(draw(**asked, width="column").sheet.boxes) < len(draw(**asked).sheet.boxes)
    with pytest.raises(TooLarge) as refused:
        draw(model="vgg16", direction="LR", width="column").svg  # noqa: B018
    assert refused.value.fix == {"direction": None}


@pytest.mark.parametrize("width", ["0", "9", "10000", "a5", "12px", "-100"])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(ParameterError, match="slide, a4, column, columns"):
        draw(block="basic", width=width)


def test_a_comparison_and_a_module_of_ones_own_are_taken_home_alike():
    both = compare(draw(block="basic"), draw(block="bottleneck"), title="Two blocks", theme="ink")
    assert words_of(both.svg, "heading").startswith("Two blocks")
    assert set(re.findall(r"#[0-9a-f]{6}\b", both.svg)) == {"#000000", "#ffffff"}
    bare = compare(draw(block="basic"), draw(block="bottleneck"), header=False)
    assert not words_of(bare.svg, "heading")
    own = draw_module(draw(block="basic").subject.build(draw(block="basic").parameters),
                      (1, 64, 8, 8), title="Mine")  # fmt: skip
    assert words_of(own.svg, "heading").startswith("Mine")
