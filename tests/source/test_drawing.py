"""A pasted source is a diagram like any other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from resnet_core import ParameterError, SourceError, draw, draw_source
from resnet_core.diagram.pasted import of_pairs, packed, shapes_of, unpacked
from resnet_core.source.offer import offers
from resnet_core.source.program import Program
from tests.source.styles import STYLES
from tests.source.test_copied_page import PAGES
from tests.source.test_listings import TWO_WAYS

SOURCE, CALL, (SHAPE,) = STYLES["blog"]


def test_the_picture_is_that_of_the_module() -> None:
    drawing = draw_source(SOURCE, CALL, SHAPE, detail="op")
    assert drawing.name == "ResidualBlock"
    assert drawing.graph.shortcut_into("add") == "projection"
    assert "<svg" in drawing.svg
    assert drawing.explain("zh").render("txt").decode()


def test_without_a_call_the_likeliest_class_is_drawn() -> None:
    drawing = draw_source(SOURCE)
    assert drawing.call == "ResidualBlock(64, 64)"
    assert drawing.shapes == ((1, 64, 56, 56),)
    # Its values would be guessed: what the source itself makes of it goes before.
    assert draw_source(STYLES["cifar"][0]).call == "net20()"


OF_LAYERS = re.compile(r"^class \w+\(.*Module\)", re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in STYLES if OF_LAYERS.search(STYLES[name][0])])
def test_every_source_offers_a_class_with_values(name: str) -> None:
    source, call, _ = STYLES[name]
    offered = offers(Program(source))
    called = [offer for offer in offered if re.match(rf"{offer.name}\b", call)]
    assert not called or called[0].kind != "class" or called[0] in offered[:3]
    assert all(knob.value for knob in offered[0].knobs)


def test_an_address_holds_the_whole_of_it() -> None:
    drawing = draw_source(SOURCE, CALL, SHAPE, theme="dark")
    again = of_pairs(drawing.query)
    assert again.url == drawing.url
    assert again.render("svg") == drawing.render("svg")
    assert unpacked(packed(SOURCE)) == SOURCE
    assert len(drawing.url) < len(SOURCE)


def test_a_bomb_in_an_address_does_not_go_off() -> None:
    with pytest.raises(SourceError, match="bytes"):
        of_pairs([("source", packed("#" * 10_000_000))])
    with pytest.raises(SourceError, match="neither source nor packed"):
        of_pairs([("source", "abc")])


@pytest.mark.parametrize("given", ["1x3xa", "0x3", "", "1x3x99999x99999", "1x1x1x1x1x1x1"])
def test_a_shape_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(ParameterError):
        shapes_of(given)


def test_a_call_that_cannot_be_is_told_of_the_call() -> None:
    for call in ("Net(", "ResidualBlock", "ResidualBlock(3)", "1 + 1", "Nothing()", "a = 1"):
        with pytest.raises(SourceError) as caught:
            draw_source(SOURCE, call)
        assert caught.value.parameter == "call"


def test_a_name_that_is_nowhere_defined_is_taken_and_said() -> None:
    source = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    source += "        self.a = AttentionModule(32)\n    def forward(self, x):\n        return self.a(x)\n"
    drawing = draw_source(source, "Net()", "1x32x8x8")
    (assumption,) = drawing.assumptions
    assert (assumption.name, assumption.taken, assumption.line) == ("AttentionModule", "SELayer", 4)
    assert "CBAM" in assumption.choices
    other = draw_source(source, "Net()", "1x32x8x8", known={"AttentionModule": "CBAM"})
    assert other.graph != drawing.graph
    with pytest.raises(SourceError, match="no known layer"):
        draw_source(source, "Net()", "1x32x8x8", known={"AttentionModule": "Nonsense"})


def test_a_well_known_network_is_that_of_the_catalogue() -> None:
    ours = draw_source("", "models.resnet50()", "1x3x224x224").graph
    theirs = draw(model="resnet50").graph
    assert [(node.id, node.outputs, node.params) for node in ours.nodes] == [
        (node.id, node.outputs, node.params) for node in theirs.nodes
    ]


def test_the_command_line_reads_a_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "block.py"
    file.write_text(SOURCE, encoding="utf-8")
    run = CliRunner().invoke(
        main, ["read", str(file), "--call", CALL, "--format", "txt", "-o", "-"]
    )
    assert run.exit_code == 0, run.output
    assert "ResidualBlock" in run.stdout
    told = CliRunner().invoke(main, ["read", str(file), "--explain", "--lang", "zh"])
    assert told.exit_code == 0, told.output
    file.write_text(" ".join(SOURCE.split()), encoding="utf-8")
    spoilt = CliRunner().invoke(main, ["read", str(file), "--call", CALL, "-o", "-"])
    assert "the code was restored" in spoilt.stderr
    assert "+        super(ResidualBlock, self).__init__()" in spoilt.stderr
    wrong = CliRunner().invoke(main, ["read", str(file), "--call", "Net()"])
    assert wrong.exit_code != 0
    assert "Net" in wrong.stderr


def test_the_command_line_tells_of_other_readings(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "gate.py"
    file.write_text(TWO_WAYS, encoding="utf-8")
    asked = ["read", str(file), "--call", "Gate(8, False)", "--format", "txt", "-o", "-"]
    first = CliRunner().invoke(main, asked)
    assert "another reading is possible, --reading 2: 'if self.double:'" in first.stderr
    other = CliRunner().invoke(main, [*asked, "--reading", "2"])
    assert other.exit_code == 0, other.output
    assert other.stdout != first.stdout
    assert "another reading" not in other.stderr
    none = CliRunner().invoke(main, [*asked, "--reading", "3"])
    assert none.exit_code != 0
    assert "this listing has 2 reading(s)" in none.stderr


def test_the_command_line_lists_the_places_of_a_page(tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(PAGES["000"], encoding="utf-8")
    asked = ["read", str(file), "--format", "txt", "-o", "-", "--part"]
    second = CliRunner().invoke(main, [*asked, "2"])
    assert "code stands in 3 places of the text" in second.stderr
    assert "2: Bottleneck (line 10)" in second.stderr
    assert "Drawn: Bottleneck(256, 64)" in second.stderr
    assert "Drawn: BasicBlock(64, 64)" in CliRunner().invoke(main, [*asked, "3"]).stderr
    wrong = CliRunner().invoke(main, [*asked, "4"])
    assert wrong.exit_code
    assert "code stands in 3 place(s)" in wrong.output
