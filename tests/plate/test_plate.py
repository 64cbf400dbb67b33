"""Pictures of plain marks: safe in every format, in the colours of the theme."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from resnet_core.errors import TooLarge
from resnet_core.formats.metadata import source
from resnet_core.layout.sheet import COLOURS, Run
from resnet_core.plate.marks import Cluster, Plate, Rect, Stroke, Words, centred, flat, to_right
from resnet_core.plate.raster import dot, pdf, png
from resnet_core.plate.vector import document

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '"><script>alert(1)</script>]]>&amp;\\N'
URL = "/window?block=basic&node=conv1"


def plate(*marks, width=120.0, height=80.0, title="a plate", paper=True):
    ground = (Cluster((Rect(0, 0, width, height, "paper"),), "paper"),) if paper else ()
    return Plate(width, height, (*ground, *marks), "test", title, "what it shows", URL,
                 {"of": "<&>"})  # fmt: skip


def test_what_a_reader_wrote_stays_text_in_every_format(capfd):
    words = Words(Run(EVIL, 10), 10, 20)
    drawn = plate(Cluster((words,), "told", {"value": EVIL}, EVIL), title=EVIL)
    root = ET.fromstring(document(drawn, "light"))
    assert not list(root.iter(f"{SVG}script"))
    assert root.find(f"{SVG}title").text == EVIL
    (text,) = root.iter(f"{SVG}text")
    assert text.text == EVIL
    assert png(drawn, "light", 1).startswith(b"\x89PNG")
    assert pdf(drawn, "light").startswith(b"%PDF")
    assert "Warning" not in capfd.readouterr().err


def test_the_address_is_in_every_format():
    drawn = plate()
    for picture in (document(drawn, "light").encode(), png(drawn, "light", 1), pdf(drawn, "light")):
        assert source(picture) == URL


def test_auto_gives_each_colour_its_dark_twin():
    drawn = document(plate(Rect(1, 1, 5, 5, "conv", "conv-line")), "auto")
    light, dark = COLOURS["conv"]
    assert f'fill="{light}"' in drawn
    rules = re.search(r"<style>(.*)</style>", drawn)
    assert rules
    assert f'[fill="{light}"]{{fill:{dark}}}' in rules[1]
    # Two plates on one page do not meet: the rules hold below the picture's own id.
    prefix = ET.fromstring(drawn).get("id")
    assert set(re.findall(r"#(\w+) \[", rules[1])) == {prefix}


@pytest.mark.parametrize("scale", [1, 2])
def test_a_png_is_as_large_as_a_browser_shows_the_svg(scale):
    picture = Image.open(io.BytesIO(png(plate(), "light", scale)))
    assert picture.size == pytest.approx((120 * 4 / 3 * scale, 80 * 4 / 3 * scale), abs=2)


def test_a_mark_is_where_the_plate_says_in_pixels_too():
    drawn = plate(Rect(30, 20, 60, 40, "problem-line"))
    picture = Image.open(io.BytesIO(png(drawn, "light", 3))).convert("RGB")
    inside, outside = picture.getpixel((60 * 4, 40 * 4)), picture.getpixel((15 * 4, 40 * 4))
    assert "#{:02x}{:02x}{:02x}".format(*inside) == COLOURS["problem-line"][0]
    assert "#{:02x}{:02x}{:02x}".format(*outside) == COLOURS["paper"][0]


def test_without_paper_the_ground_is_clear():
    corner = Rect(0, 0, 9, 9, "problem-line")
    picture = Image.open(io.BytesIO(png(plate(corner, paper=False), "light", 1))).convert("RGBA")
    assert picture.getpixel((60, 40))[3] == 0
    assert picture.size == pytest.approx((160, 107), abs=2)


def test_a_png_that_nobody_could_hold_is_refused():
    with pytest.raises(TooLarge):
        png(plate(width=40_000.0), "light", 1)


def test_words_keep_their_ends():
    run = Run("multiply-adds", 10)
    middle, right = centred(run, 50, 10), to_right(run, 90, 10)
    assert middle.x + middle.width / 2 == pytest.approx(50)
    assert right.x + right.width == pytest.approx(90)


def test_clusters_are_opened_in_order():
    one, other = Rect(0, 0, 1, 1), Stroke(((0, 0), (1, 1)), "wire", dash="2 2", head=True)
    marks = (Cluster((one, Cluster((other,)))), one)
    assert list(flat(marks)) == [one, other, one]
    assert dot(plate(*marks), "dark").count("->") == 1
