"""The picture as a document: well-formed, explained, lean, and the same everywhere."""

from __future__ import annotations

import io
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from PIL import Image
from torch import nn

from resnet_core import FORMATS, TooLarge, compare, draw, draw_module
from resnet_core.language.terms import say
from resnet_core.layout.sheet import COLOURS
from resnet_core.layout.typesetting import on_box, on_heading
from resnet_core.registry import BLOCKS
from tests.subjects import drawable, pairs, sampled

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=pairs(drawable()))
def subject(request):
    kind, name = request.param
    return {kind: name}


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_svg_is_a_document_of_its_own(subject, theme):
    diagram = draw(**subject, theme=theme)
    root = ET.fromstring(diagram.svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == diagram.subject.title
    assert root.find(f"{SVG}metadata").text == diagram.url
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(text.startswith(ids[0]) for text in ids)
    text = diagram.svg
    assert "<script" not in text
    assert not re.search(r'(href|src)="', text)
    assert not re.search(r"(?<!w3.org/2000/svg\")url\(|@import", text)


def test_each_box_tells_path_line_role_and_details():
    root = ET.fromstring(draw(block="bottleneck", stride=2).svg)
    (conv2,) = [element for element in root.iter(f"{SVG}g") if element.get("data-node") == "conv2"]
    assert conv2.get("class") == "node conv"
    assert conv2.get("data-path") == "conv2"
    assert int(conv2.get("data-line")) > 0
    tip = conv2.find(f"{SVG}title").text
    assert "36,864 parameters" in tip
    assert "28,901,376 multiply-adds" in tip


def dressed(**parameters) -> dict[str, ET.Element]:
    """The groups of an SVG by the node or group that they draw."""
    root = ET.fromstring(draw(**parameters).svg)
    names = ("data-node", "data-group")
    return {
        element.get(n): element for element in root.iter(f"{SVG}g") for n in names if element.get(n)
    }


@pytest.mark.slow
@pytest.mark.parametrize("detail", ["op", "layer", "block", "stage"])
def test_every_call_is_found_in_the_box_or_frame_that_stands_for_it(subject, detail):
    diagram = draw(**subject, detail=detail)
    groups = list(ET.fromstring(diagram.svg).iter(f"{SVG}g"))
    nodes = {name for group in groups for name in (group.get("data-node") or "").split()}
    nodes |= {name for group in groups for name in (group.get("data-parts") or "").split()}
    closed = {group.get("data-group") for group in groups if group.get("data-node")} - {None}
    closed |= {name for group in groups for name in (group.get("data-folded") or "").split()}
    for call in diagram.graph.calls:
        # The root's path is empty; as a box it stands for all.
        around = {*diagram.graph.lineage(call.group), ""}
        assert call.id in nodes or around & closed or call.role == "identity", call.id


def test_a_box_names_its_parts_and_its_folded_neighbours():
    joined = dressed(block="bottleneck", detail="layer")["conv1"]
    assert joined.get("data-parts") == "conv1 bn1 relu"
    closed = dressed(model="resnet50")["layer1.1"]
    assert closed.get("data-folded") == "layer1.2"
    assert closed.get("data-parts") is None
    frame = dressed(model="resnet50", detail="op")["layer3.1"]
    assert frame.get("class") == "frame"
    assert frame.get("data-folded") == "layer3.2 layer3.3 layer3.4 layer3.5"


def test_a_reader_finds_the_traced_shapes_the_shortcut_and_the_title():
    text = "".join(ET.fromstring(draw(block="bottleneck", stride=2).svg).itertext())
    for name in (
        "256×56×56",
        "64×56×56",
        "64×28×28",
        "256×28×28",
        "Bottleneck",
        "1×1 conv, 256, /2",
    ):
        assert name in text


def test_svgs_are_lean():
    for name in BLOCKS:
        assert len(draw(block=name).svg.encode()) < 21_000, name
    assert len(draw(model="resnet50", detail="op", fold=False).svg) < 250_000


OWN = [
    draw_module(nn.Sequential(nn.Conv2d(3, 3, size)), input_shape=(1, 3, 8, 8)) for size in (1, 3)
]
PAGES = [
    *(draw(block="bottleneck", **more) for more in (
        {}, {"stride": 2}, {"theme": "dark"}, {"theme": "auto"}, {"direction": "LR"},
        {"lang": "zh"}, {"detail": "layer"}, {"labels": "rf"}, {"batch": 2}, {"input": 28},
    )),
    draw(block="basic"),
    draw(model="resnet18"),
    compare(draw(block="basic"), draw(block="bottleneck")),
    *OWN,
]  # fmt: skip


def test_pictures_that_differ_share_no_id_on_one_page():
    ids = [
        element.get("id")
        for picture in PAGES
        for element in ET.fromstring(picture.svg).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids))


def test_in_auto_every_colour_of_the_picture_follows_the_readers_system(subject):
    svg = draw(**subject, theme="auto").svg
    root = ET.fromstring(svg)
    style = root.find(f"{SVG}style").text
    assert style.startswith("@media (prefers-color-scheme:dark){")
    for element in root.iter():
        for paint in ("fill", "stroke"):
            colour = element.get(paint, "none")
            rule = f'#{root.get("id")} [{paint}="{colour}"]{{{paint}:'
            assert colour in ("none", "transparent") or rule in style, (element.tag, paint, colour)


def reader(name: str) -> str:
    """One of poppler's programs. Where the checks run there must be one."""
    found = shutil.which(name)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed (apt-get install poppler-utils)")
    assert found, f"{name} is missing"
    return found


@pytest.mark.parametrize("asked", [{"block": "bottleneck", "stride": 2}, {"model": "resnet50"}])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_a_pdf_is_one_page_as_large_as_the_svg(tmp_path, asked, direction):
    diagram = draw(**asked, direction=direction)
    diagram.save(tmp_path / "it.pdf")
    told = subprocess.run(
        [reader("pdfinfo"), tmp_path / "it.pdf"], capture_output=True, check=True, text=True
    )
    assert told.stderr == ""
    assert re.search(r"Pages: +1\n", told.stdout)
    sides = [float(match) for match in re.findall(r"Page size: +(\S+) x (\S+)", told.stdout)[0]]
    box = ET.fromstring(diagram.svg).get("viewBox").split()[2:]
    assert sides == pytest.approx([float(side) for side in box], abs=1)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_of_a_pdf_can_be_selected(tmp_path, language):
    diagram = draw(block="bottleneck", stride=2, lang=language)
    diagram.save(tmp_path / "it.pdf")
    told = subprocess.run(
        [reader("pdftotext"), "-layout", tmp_path / "it.pdf", "-"],
        capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    for name in ("Bottleneck", "64×28×28", "downsample.0", say("projection", language)):
        assert name in told


def test_every_colour_has_one_dark_twin():
    light, dark = zip(*COLOURS.values(), strict=True)
    assert len(set(light)) == len(light)
    assert len(set(dark)) == len(dark)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_drawn(format):
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<svg", "dot": b"digraph", "json": b"{"}
    made = draw(block="basic", stride=2, theme="dark").render(format)
    assert made.startswith(start.get(format, b""))
    assert len(made) > 300


@pytest.mark.parametrize("scale", sampled([2, 1, 4]))
def test_png_scale_multiplies_the_pixels_and_the_url_is_inside(scale):
    from PIL import Image

    diagram = draw(block="basic", scale=scale)
    image = Image.open(io.BytesIO(diagram.render("png")))
    assert image.size[0] == pytest.approx(diagram.sheet.width * scale * 96 / 72, abs=2)
    assert image.text["Source"] == diagram.url


@pytest.mark.slow
def test_a_png_too_large_for_the_format_is_refused():
    with pytest.raises(TooLarge, match="SVG and PDF have no such limit"):
        draw(model="resnet152", detail="op", fold=False).png()


@pytest.mark.slow
def test_equal_requests_give_equal_bytes_in_another_process_with_other_hashes():
    code = (
        "import sys, resnet_core as r;"
        "sys.stdout.write(r.draw(model='resnet18', detail='op', theme='auto').svg);"
        # Its frames have several boxes in their first row.
        "sys.stdout.write(r.compare(r.draw(model='resnet50'), r.draw(block='basic')).svg)"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        )
        for seed in ("1", "2")
    ]
    assert made[0].stdout == made[1].stdout
    drawn = draw(model="resnet18", detail="op", theme="auto").svg
    assert made[0].stdout.decode().startswith(drawn)
    assert made[0].stderr == b""


def test_png_letters_do_not_depend_on_the_fonts_of_the_machine():
    data = draw(block="basic").png()
    (high,) = struct.unpack(">I", data[20:24])
    assert high > 600


def test_labels_say_what_a_box_tells():
    def told(labels: str) -> str:
        root = ET.fromstring(draw(block="bottleneck", labels=labels).svg)
        return " ".join(element.text for element in root.iter(f"{SVG}text"))

    for name in ("51.4 M MACs", "RF 3", "784.0 KiB"):
        assert name in told("macs,rf,memory")
        assert name not in told("path,params,shape")
    assert "64×56×56" in told("shape")
    assert "64×56×56" not in told("path").replace("256×56×56", "")


def test_labels_are_one_request_in_any_order():
    one, other = (draw(block="basic", labels=name) for name in ("rf,path", "path,rf,rf"))
    assert one.url == other.url == "/diagram?block=basic&labels=path,rf"


def test_the_batch_is_shown_only_where_it_is_not_one():
    assert "4×64×56×56" in draw(block="basic", batch=4).svg
    assert "1×64×56×56" not in draw(block="basic").svg


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_letters_of_a_png_stand_where_those_of_the_svg_do(direction):
    """Graphviz sets lines of several sizes by a rule of its own: captions stood two points off."""
    drawing = draw(block="bottleneck", stride=2, title="HH", direction=direction)
    scale = 4
    image = Image.open(io.BytesIO(drawing.png(scale))).convert("L")
    points = image.height / drawing.sheet.height
    (box,) = [one for one in drawing.sheet.boxes if one.node.id == "conv1"]
    # Of each first letter, whose foot is on the baseline.
    for letter in (on_heading(drawing.sheet)[0], on_box(box)[0]):
        across = (letter.x, letter.x + letter.text.size * 0.5)
        around = (letter.y - letter.text.size * 0.9, letter.y + letter.text.size * 0.25)
        cut = [round(side * points) for side in (across[0], around[0], across[1], around[1])]
        foot = image.crop(tuple(cut)).point(lambda value: 255 if value < 120 else 0).getbbox()[3]
        assert abs(around[0] + foot / points - letter.y) < 1
