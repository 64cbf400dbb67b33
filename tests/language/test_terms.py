"""The picture in Chinese: complete, with the same numbers, in boxes that are wide enough."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from resnet_core import draw
from resnet_core.language.terms import amount, percent, say
from resnet_core.layout.typesetting import on_box, on_frame
from tests.subjects import drawable, named

ROOT = Path(__file__).parents[2]
SUBJECTS = named(drawable(without=("resnet1202", "resnet110")))
ENGLISH = re.compile(
    r"\b(conv|norm|pool|linear|params?|identity|projection|input|output|channels|flatten|call|"
    r"parameters|multiply|receptive|shortcut|average|global|blocks?)\b"
)


def words(**parameters) -> list[str]:
    root = ET.fromstring(draw(**parameters).svg)
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(("kind", "name"), SUBJECTS)
def test_a_chinese_picture_has_no_english_words_but_names(kind, name):
    sheet = draw(**{kind: name, "lang": "zh", "labels": "macs,params,rf,shape"}).sheet
    for box in sheet.boxes:
        for item in on_box(box):
            assert not ENGLISH.search(item.text.text), item.text.text
    for frame in sheet.frames:
        assert not ENGLISH.search(frame.figures), frame.figures
    for wire in sheet.wires:
        assert not ENGLISH.search(wire.note), wire.note


@pytest.mark.parametrize(("kind", "name"), SUBJECTS)
def test_both_languages_tell_the_same_numbers(kind, name):
    english, chinese = (
        [re.findall(r"\d+×\d+(?:×\d+)*", word) for word in words(**{kind: name, "lang": lang})]
        for lang in ("en", "zh")
    )
    assert english == chinese


@pytest.mark.parametrize(("kind", "name"), SUBJECTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_every_text_is_inside_its_box(kind, name, lang, direction):
    sheet = draw(**{kind: name, "lang": lang, "direction": direction, "labels": "path,macs"}).sheet
    for box in sheet.boxes:
        for one_box in on_box(box):
            assert box.x - box.width / 2 <= one_box.x
            assert one_box.x + one_box.width <= box.x + box.width / 2
            assert box.y - box.height / 2 <= one_box.y - 0.72 * one_box.text.size
            assert one_box.y + 0.2 * one_box.text.size <= box.y + box.height / 2
    for frame in sheet.frames:
        for one_box in on_frame(frame):
            assert frame.left <= one_box.x
            assert one_box.x + one_box.width <= frame.right


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [
        (7, "7", "7 "),
        (25_557, "25.6 k", "2.556 万"),
        (115_605_504, "115.6 M", "1.156 亿"),
        (4_089_184_256, "4.09 G", "40.89 亿"),
        (2_000_000_000_000, "2.00 T", "2 万亿"),
    ],
)
def test_large_numbers_are_written_as_each_language_does(count, english, chinese):
    assert amount(count) == english
    assert amount(count, "zh") == chinese


def test_what_cannot_run_is_said_in_chinese_too():
    said = " ".join(words(block="residual_attention", stride=2, lang="zh"))
    assert "形状对不上" in said
    assert "输入是 56×56：主路变成 14×14，捷径变成 28×28" in said
    assert "conv2_stride=1" in said


def test_names_of_classes_are_the_same_in_both_languages():
    assert say("GELU", "zh") == say("GELU", "en") == "GELU"


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 9, "0%"),
        (1, 3, "33%"),
        (9, 9, "100%"),
        (1, 400, "0.2%"),
        (1, 10**7, "< 0.001%"),
        (996, 1000, "99.6%"),
        (10**7 - 1, 10**7, "> 99.9%"),
    ],
)
def test_a_share_is_written_without_a_gap(part, whole, told):
    assert percent(part, whole) == told


def test_no_share_has_a_gap_before_its_sign_wherever_it_is_written():
    """One style on every page: that of the papers' figures, ``28.54%``, in both languages."""
    files = [file for folder, ending in (("resnet_core", "py"), ("app", "py"), ("static", "js"),
                                         ("templates", "html"), ("docs", "md"))
             for file in (ROOT / folder).rglob(f"*.{ending}")]  # fmt: skip
    gap = re.compile(r"(?:\d|\})[ \u00a0]%(?=[ ,.;:)]*[\"'`<)]|[,.;:]| (?:of|in|fewer|more)\b)")
    assert gap.search('f"{share} %"')
    assert gap.search("12 % of")
    assert not gap.search("{% if a | length == 2 %}")
    assert len(files) > 200
    assert not [(file.name, found.group()) for file in files
                if (found := gap.search(file.read_text(encoding="utf-8")))]  # fmt: skip
