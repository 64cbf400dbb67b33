"""An SVG says what the sheet holds, letter for letter, and what Graphviz drew, shape for shape."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.errors import RenderError
from resnet_core.formats import graphviz, svg

SVG = "{http://www.w3.org/2000/svg}"
# All that XML can hold.
LETTERS = st.characters(
    blacklist_categories=["Cs"],
    blacklist_characters=[*map(chr, {*range(32)} - {9, 10, 13}), "\ufffe", "\uffff"],
)


class Named(nn.Module):
    """A block in a block, both of this name."""

    def __init__(self, name: str, depth: int = 2) -> None:
        super().__init__()
        self.name = name
        self.add_module(name, Named(name, depth - 1) if depth else nn.ReLU())
        self.add_module(f"{name} too", nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, second = (self._modules[name] for name in (self.name, f"{self.name} too"))
        assert first is not None
        assert second is not None
        added: torch.Tensor = second(first(x)) + x
        return added


@given(st.text(LETTERS), st.text(LETTERS))
def test_what_is_written_reads_as_it_was_said(value: str, text: str) -> None:
    written = svg.element("g", {"id": value, "class": ""}, svg.element("text", {}, text=text))
    (inner,) = (read := ET.fromstring(written))
    assert (read.get("id"), inner.text or "") == (value, text)


def test_what_no_xml_holds_is_shown_as_unreadable() -> None:
    read = ET.fromstring(svg.element("text", {"id": "a\x00\ufffe"}, text="\x1b[1m\ud800"))
    assert (read.get("id"), read.text) == ("a��", "�[1m�")


NAMES = [
    "a<b", "a&b", 'a"b', "a'b", "a&amp;b", "a&lt;b", "a&no;b", "a  b", "a\nb", "a\tb", "a\\b",
    "a--b", "a->b", "a:b", "a\x01b", "]]>", "-->", "paper", "cluster",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_letters_is_that_of_its_box_and_its_frame(name: str) -> None:
    drawing = draw_module(Named(name), (1, 3, 8, 8), detail="op")
    shown = name.replace("\x01", "\N{REPLACEMENT CHARACTER}")
    groups = list(ET.fromstring(drawing.svg).iter(f"{SVG}g"))
    boxes = [group for group in groups if group.get("data-node")]
    frames = [group for group in groups if group.get("class") == "frame"]
    assert {box.get("data-node") for box in boxes} == {
        node.id.replace(name, shown) for node in drawing.shown.nodes
    }
    assert [frame.get("data-path") for frame in frames] == [
        frame.group.path.replace(name, shown) for frame in drawing.sheet.frames
    ]
    assert len(frames) > 1
    for group in boxes + frames:
        assert {f"{SVG}rect", f"{SVG}ellipse"} & {part.tag for part in group}


@pytest.mark.parametrize(
    ("found", "other"),
    [
        (r"<g id=\"node2\"", "<g id='node2'"),
        (r"<polygon ", '<polygon opacity="0" '),
        (r"<path (.*?)/>", r"<line \1/>"),
        (r' d="M', ' d="m'),
        (r' stroke-width="1.3"', ""),
        (r'id="edge1"', 'id="1"'),
        (r"viewBox=", "view="),
        (r"<title>conv1</title>", "<title>conv7</title>"),
        (r"</g>\s*</svg>", '<g id="more"></g></g></svg>'),
    ],
)
def test_a_drawing_of_another_form_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: str, other: str
) -> None:
    """Or else boxes would be missing from a picture that looks whole."""
    drawn = graphviz.draw

    def changed(*asked: str) -> bytes:
        text, times = re.subn(found, other, drawn(*asked).decode())
        assert times
        return text.encode()

    monkeypatch.setattr(graphviz, "draw", changed)
    with pytest.raises(RenderError, match="unknown form"):
        _ = draw(block="basic").svg
