"""The text form: narrow enough, complete, in ASCII where that is wanted."""

from __future__ import annotations

import pytest

from resnet_core import draw
from resnet_core.formats.txt.node import Manner, panel
from resnet_core.language.terminal import columns
from tests.subjects import drawable, named

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
BOTTLENECK = """\
Bottleneck   256 → 512 channels, stride 2        379,392 params   372.5 M MACs

 input  256×56×56
   ├──────────────────────────────────────┐
 ┌─┴──────────────────────────────────┐ ┌─┴──────────────────────────────────┐
 │ 1×1 conv, 128            128×56×56 │ │ 1×1 conv, 512, /2        512×28×28 │
 │ batch norm · ReLU                  │ │ batch norm                         │
 └─┬──────────────────────────────────┘ └─┬──────────────────────────────────┘
 ┌─┴──────────────────────────────────┐   │
 │ 3×3 conv, 128, /2        128×28×28 │   │
 │ batch norm · ReLU                  │   │
 └─┬──────────────────────────────────┘   │
 ┌─┴──────────────────────────────────┐   │
 │ 1×1 conv, 512            512×28×28 │   │
 │ batch norm                         │   │
 └─┬──────────────────────────────────┘   │
   ⊕ ←────────────────────────────────────┘
   │ ReLU
 output 512×28×28
"""

IN_ASCII = """\
BasicBlock   64 -> 64 channels   73,984 params   231.2 M MACs

 input  64x56x56
   +--------------------------------------+
 +-+----------------------------------+   |
 | 3x3 conv, 64              64x56x56 |   |
 | batch norm, ReLU                   |   |
 +-+----------------------------------+   |
 +-+----------------------------------+   | identity
 | 3x3 conv, 64              64x56x56 |   |
 | batch norm                         |   |
 +-+----------------------------------+   |
  (+)<------------------------------------+
   | ReLU
 output 64x56x56
"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_titles_and_shapes_are_complete_in_at_most_100_columns(kind, name, language):
    drawing = draw(**{kind: name}, lang=language, detail="layer")
    assert max(map(columns, drawing.txt.splitlines())) <= 100
    joined = "".join(drawing.txt.split())
    for node in drawing.shown.nodes:
        told = panel(drawing.shown, node, Manner(language=language))
        for words in (*told.head.split(), *told.shape.split()):
            assert words in joined


@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_ascii_is_ascii(kind, name):
    for asked in ({"detail": "op"}, {"detail": "block", "lang": "zh"}):
        made = draw(**{kind: name}, **asked, ascii=True).txt
        assert made.isascii()
        assert max(map(len, made.splitlines())) <= 100
        assert "\\u" not in made


def test_a_bottleneck_reads_as_in_the_design():
    drawing = draw(block="bottleneck", inplanes=256, planes=128, stride=2)
    assert drawing.txt == BOTTLENECK
    assert drawing.render("txt") == BOTTLENECK.encode()


def test_a_basic_block_in_ascii():
    assert draw(block="basic", ascii=True).txt == IN_ASCII


def test_a_failure_is_told_with_both_shapes_the_reason_and_the_fix():
    drawing = draw(block="residual_attention", stride=2)
    told = " ".join(drawing.txt.replace("│", " ").split())
    for words in (
        "✗ ⊕ shapes do not fit",
        "main path 64×14×14",
        "shortcut 64×28×28",
        "fix: conv2_stride=1",
    ):
        assert words in told
    assert "output" not in told


def test_more_labels_are_told_where_they_are_asked_for():
    plain = draw(block="bottleneck").txt
    assert "params" not in plain.split("\n", 1)[1]
    rich = draw(block="bottleneck", labels="path,macs,rf").txt
    assert "conv1 bn1 relu · 51.4 M MACs · RF 1" in rich
    assert "64×56×56 │" not in rich


def test_folded_boxes_and_stages_say_what_they_hold():
    made = draw(model="resnet50").txt
    assert "Bottleneck 256  identity  × 5" in made
    assert "layer3.1 … layer3.5 · 1,117,184 params" in made
    assert "╌ layer3 · 6 blocks · 7,098,368 params ╌" in made
    assert "╌ end of layer4 ╌" in made


def test_the_direction_says_nothing():
    assert draw(block="basic", direction="LR").txt == draw(block="basic").txt
