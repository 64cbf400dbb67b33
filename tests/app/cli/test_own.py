"""Somebody's own module in the place of a subject, in every command."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from torch import nn

from app.cli import main
from app.cli.load_module import Making
from app.cli.own_subject import Entry
from resnet_core import draw, draw_module
from resnet_core.registry import BLOCKS

FILE = '''
from torch import nn


class Net(nn.Module):
    def __init__(self, planes, stride=1, act=nn.ReLU):
        super().__init__()
        self.conv = nn.Conv2d(planes, planes, 3, stride, 1)
        self.act = act()

    def forward(self, x):
        return self.act(self.conv(x))


class Copied(nn.Module):
    """The basic block, written once more."""

    def __init__(self, bias=False):
        super().__init__()
        self.conv1 = nn.Conv2d(64, 64, 3, padding=1, bias=bias)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(out + x)


ready = Net(8)
'''
PARAMS = 64 * 64 * 9 + 64


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    (tmp_path / "mine.py").write_text(FILE, encoding="utf-8")
    return tmp_path


def run(line: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, shlex.split(line))
    assert result.exit_code == status, result.output
    return result


@pytest.mark.parametrize(
    "made",
    [
        "mine.py:Net --arg planes=64",
        "mine.py:Net --arg 64 --arg act=nn.ReLU",
        'mine.py:Net --call "Net(64)"',
        'mine.py:Net --call "(64, act=nn.GELU)"',
        'mine.py --call "Net(planes=8 * 8)"',
    ],
)
@pytest.mark.parametrize("command", ["draw", "render"])
def test_arguments_or_a_whole_call_make_the_module(command, made):
    told = run(f"{command} {made} --input 1x64x8x8 --format json -o -").stdout
    assert json.loads(told)["totals"]["params"] == PARAMS


def test_an_argument_reaches_the_constructor_as_what_it_is():
    made = "mine.py:Net --arg planes=64 --arg stride=2 --arg act=nn.GELU --input 1x64x8x8"
    graph = json.loads(run(f"render {made} --format json -o -").stdout)
    types = {node["id"]: node["type"] for node in graph["nodes"]}
    assert types["act"] == "GELU"
    assert graph["nodes"][-1]["outputs"] == [[1, 64, 4, 4]]


def test_table_and_explain_take_it_with_the_view_and_the_language():
    made = "mine.py:Net --arg planes=64 --input 1x64x8x8"
    assert f"{PARAMS:,}" in run(f"table {made}").stdout
    assert "Net" in run(f"explain {made}").stdout
    assert "卷积" in run(f"explain {made} --lang zh").stdout


def test_a_package_stands_in_the_place_of_a_file():
    assert "584" in run('table torch.nn:Conv2d --call "(8, 8, 3)" --input 1x8x8x8').stdout


def test_against_ends_with_one_on_a_difference_and_zero_without():
    own = '"mine.py:Copied --input 1x64x56x56"'
    run(f"compare {own} --against basic")
    run('compare "mine.py:Copied --arg bias=True --input 1x64x56x56" --against basic', 1)
    run(f'compare {own} "mine.py:Copied --arg bias=True --input 1x64x56x56"', 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("url mine.py:Net", "a server runs nobody's code"),
        ("table mine.py:Net --arg planes=64", "its input is not known"),
        ("table mine.py:Net --input 1x3x8x8", "--arg planes=…"),
        ("table mine.py:Net --arg planez=3 --arg 3 --input 1x3x8x8", "planez"),
        ('table mine.py:Net --call "Net(1 / 0)" --input 1x3x8x8', "division by zero"),
        ("table mine.py:ready --arg planes=3 --input 1x3x8x8", "takes no arguments"),
        ('table mine.py:Net --call "len([])" --input 1x3x8x8', "len([]) makes no module: 0"),
        ("table mine.py:Net --arg planes=3 --input 1x3x8x8 --themes dark", "did you mean 'theme'"),
        ("compare basic", "compare needs two"),
        ("compare basic basic --against basic", "B is given twice"),
    ],
)
def test_what_cannot_be_done_is_told(line, expected):
    result = run(line, 2)
    assert expected in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_in_python_a_drawing_tells_tabulates_compares_and_shows_itself():
    drawing = draw_module(nn.Sequential(nn.Conv2d(64, 64, 3, padding=1)), (1, 64, 56, 56))
    assert "convolution" in drawing.explain("en").render("txt").decode()
    assert f"{PARAMS:,}" in drawing.table
    assert drawing.compare(drawing).same
    assert not drawing.compare(draw(block="basic")).same
    assert drawing._repr_svg_().startswith("<svg")


def test_values_for_forward_and_what_inputs_hold_are_options(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.e = nn.Embedding(100, 16)\n"
        "    def forward(self, ids, mask=None, scale=1.0):\n"
        "        return self.e(ids) * mask.unsqueeze(-1) * scale\n"
    )
    words = [f"{tmp_path / 'net.py'}:Net", "--input", "1x8", "--dtype", "long"]
    given = ["--with", "mask=1x8:bool", "--with", "scale=0.5"]
    drawn = CliRunner().invoke(main, ["draw", *words, *given, "--format", "txt", "-o", "-"])
    assert drawn.exit_code == 0, drawn.output
    assert "× 0.5" in drawn.output
    told = CliRunner().invoke(main, ["explain", *words, *given])
    assert told.exit_code == 0, told.output
    wrong = CliRunner().invoke(main, ["draw", *words, "--with", "0.5", "-o", "-"])
    assert (wrong.exit_code, "NAME=VALUE" in wrong.output) == (2, True)


def test_the_words_of_the_base_class_are_not_those_of_a_module() -> None:
    said = {}
    for name in ("Net", "Copied"):
        given = ("planes=64",) if name == "Net" else ()
        try:
            Entry(f"mine.py:{name}", Making(given), "1x64x4x4")()
            said[name] = BLOCKS[name].origin.doc
        finally:
            BLOCKS.leave(name)
    assert said == {"Net": "", "Copied": "The basic block, written once more."}


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "has no parameter 'plane'; did you mean 'planes'?"),
     ("zh", "没有参数 'plane'；是不是想写 'planes'？")],
)  # fmt: skip
def test_an_argument_that_is_not_there_is_refused_with_the_nearest(language, told):
    said = run(f"draw mine.py:Net --arg plane=64 --input 1x3x8x8 --lang {language}", 2).output
    assert told in said
    assert "--arg planes=…" in said


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("draw mein.py:Net --input 1x3x8x8", "没有文件 mein.py"),
        ("draw mine.py:Nat --input 1x3x8x8", "mine.py 里没有 'Nat'；是不是想写 'Net'？"),
        ("draw mine.py:Net --arg planes=8 --input 1xq", "--input 1xq 不是形状"),
        ("draw mine.py:Net --arg planes=8 --input 1x3x8x8 -o net", "没有表明格式的扩展名"),
        ("draw mine.py:Net --arg planes=8 --input 1x3x8x8 -o /no/where.svg", "无法写入"),
        ("table mine.py:Net --arg planes=64", "不知道它的输入"),
        ("table mine.py:Net --input 1x3x8x8", "需要参数：planes"),
        ('table mine.py:Net --call "Net(1 / 0)" --input 1x3x8x8', "运行失败，ZeroDivisionError"),
        ("table basic -o basic.svg", "表格没有 'svg' 这种格式"),
        ("compare basic", "缺少 B"),
    ],
)
def test_what_the_command_line_itself_refuses_it_refuses_in_chinese_too(command, told):
    assert told in run(f"{command} --lang zh", 2).output
