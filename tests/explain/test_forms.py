"""The forms of an explanation: data, Markdown, text; on the command line; of one's own module."""

from __future__ import annotations

import json
import unicodedata

import pytest
import torch
from click.testing import CliRunner
from torch import nn

from app.cli import main
from app.cli.commands import TELLING as COMMAND_FORMATS
from resnet_core import Explanation, ParameterError, draw, draw_module
from resnet_core.explain.explanation import FORMATS, WIDTH, wrapped


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(piece) in "WF" else 1 for piece in line)


def run(*words: str) -> str:
    result = CliRunner().invoke(main, ["explain", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_language_is_that_of_the_picture_unless_said() -> None:
    assert draw(block="basic").explain().language == "en"
    assert draw(block="basic", lang="zh").explain().language == "zh"
    assert draw(block="basic", lang="zh").explain("en").language == "en"


def test_as_data_it_keeps_everything() -> None:
    explanation = draw(block="basic").explain()
    found = json.loads(explanation.render("json"))
    assert found["schema"] == 1
    assert found["language"] == "en"
    assert [record["lead"] for record in found["paragraphs"]] == [
        paragraph.lead for paragraph in explanation.paragraphs
    ]
    assert found["layers"][0]["node"] == "conv1"
    assert found["layers"][0]["sums"][0] == "H = ⌊(56 + 2·1 − 3)/1⌋ + 1 = 56"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markdown_sets_the_claims_in_bold(language: str) -> None:
    explanation = draw(block="bottleneck", lang=language).explain()
    lines = explanation.markdown.splitlines()
    assert lines[0] == "# Bottleneck"
    for paragraph in explanation.paragraphs:
        assert any(line.startswith(f"**{paragraph.lead}** ") for line in lines)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_fits_the_terminal_and_loses_nothing(language: str) -> None:
    explanation = draw(block="bottleneck", stride=2, attention="cbam", lang=language).explain()
    prose = explanation.text.split("\n\n")[: len(explanation.paragraphs) + 1]
    assert max(columns(line) for item in prose for line in item.splitlines()) <= WIDTH + 2
    bare = "".join(explanation.text.split())
    for paragraph in explanation.paragraphs:
        for sentence in paragraph.sentences:
            assert "".join(sentence.text.split()) in bare


def test_no_chinese_line_begins_with_a_closing_mark() -> None:
    text = draw(block="bottleneck", stride=2, lang="zh").explain().text
    assert not [line for line in text.splitlines() if line.strip()[:1] in tuple("，。；：、）”")]


def test_a_word_is_never_broken() -> None:
    assert list(wrapped("卷积 torchvision 卷积", width=12)) == ["卷积", "torchvision", "卷积"]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ParameterError, match="not a format"):
        draw(block="basic").explain().render("svg")


def test_the_command_writes_text_markdown_or_data(tmp_path) -> None:
    assert run("bottleneck", "--stride", "2").startswith("Bottleneck\n\nA bottleneck that halves")
    assert run("bottleneck", "--lang", "zh").startswith("Bottleneck\n\n一个")
    assert json.loads(run("bottleneck", "--format", "json"))["title"] == "Bottleneck"
    file = tmp_path / "basic.md"
    run("basic", "-o", str(file))
    assert file.read_text(encoding="utf-8").startswith("# BasicBlock\n")


def test_the_command_offers_the_formats_of_the_library() -> None:
    assert set(COMMAND_FORMATS) == set(FORMATS)


def test_the_command_refuses_an_ending_that_is_no_format() -> None:
    result = CliRunner().invoke(main, ["explain", "basic", "-o", "basic.svg"])
    assert result.exit_code == 2
    assert "'svg' is no format of an explanation" in result.output


class Own(nn.Module):
    """A residual block as anybody may write it."""

    def __init__(self, stride: int = 1) -> None:
        super().__init__()
        self.one = nn.Conv2d(16, 16, 3, stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.two = nn.Conv2d(16, 16, 3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.two(torch.relu(self.norm(self.one(x)))))


class Chain(nn.Module):
    """Layers in a row, one of them without a module of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.weight = nn.Parameter(torch.zeros(4, 8, 3, 3))
        self.head = nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.conv2d(self.body(x), self.weight)
        return self.head(x.mean((2, 3)))


class Nothing(nn.Module):
    """No weight at all."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.relu()


class Shift(nn.Module):
    """A parameter that belongs to no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.by = nn.Parameter(torch.zeros(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.by


def leads(explanation: Explanation) -> list[str]:
    return [paragraph.lead for paragraph in explanation.paragraphs]


def test_an_own_block_is_told_by_what_its_graph_shows() -> None:
    found = draw_module(Own(), (1, 16, 32, 32)).explain()
    assert leads(found)[0] == "A residual block (Own) that keeps the shape."
    assert "The shortcut is the input itself." in leads(found)
    assert "It computes relu(x + f(x))." in found.text


def test_an_own_block_that_cannot_run_says_why() -> None:
    found = draw_module(Own(stride=2), (1, 16, 32, 32)).explain()
    assert leads(found)[0] == "It cannot run: shapes do not fit at add."


def test_an_own_network_is_told_by_its_blocks() -> None:
    net = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.Sequential(Own(), Own(), Own()))
    for language in ("en", "zh"):
        found = draw_module(net, (1, 3, 32, 32), lang=language).explain()
        assert found.title == "Sequential"
        assert len(found.paragraphs) > 3
    assert "Sequential: 3 Own blocks in a row." in leads(draw_module(net, (1, 3, 32, 32)).explain())


class Parallel(nn.Module):
    """Layers side by side, as attention has them, and an addition of two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.one(x) + self.two(y)


def test_two_inputs_that_are_added_are_no_residual_block() -> None:
    found = draw_module(Parallel(), [(1, 3, 8, 8), (1, 3, 8, 8)]).explain()
    assert "One addition joins two paths." in leads(found)
    assert "residual" not in found.text
    assert "x + f(x)" not in found.text


def test_a_shortcut_inside_is_not_told_as_one_around_everything() -> None:
    net = nn.Sequential(nn.Conv2d(3, 16, 3), Own(), nn.Conv2d(16, 4, 1))
    found = draw_module(net, (1, 3, 32, 32)).explain()
    assert "Sequential: 1 residual block (Own)." in leads(found)


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (Chain(), (1, 3, 32, 32)),
        (Nothing(), (1, 3, 32, 32)),
        (Shift(), (2, 3)),
        (nn.Conv2d(3, 4, 3), (1, 3, 8, 8)),
        (nn.MaxPool2d(2), (1, 3, 8, 8)),
        (nn.Conv3d(1, 2, 3), (1, 1, 8, 8, 8)),
        (nn.Sequential(nn.Conv1d(4, 4, 3), nn.ReLU()), (1, 4, 16)),
        (nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2)), (2, 4)),
        (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (1, 5, 8)),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_can_be_drawn_can_be_explained(
    module: nn.Module, shape: tuple[int, ...], language: str
) -> None:
    found = draw_module(module, shape, lang=language).explain()
    assert found.paragraphs
    assert all(paragraph.lead and paragraph.sentences for paragraph in found.paragraphs)
