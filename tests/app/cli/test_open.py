"""A saved picture tells what it shows, and is drawn again."""

from __future__ import annotations

import io
import shlex
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from torch import nn

from app.cli import main
from app.cli.output import print_bytes
from resnet_core import compare, draw, draw_module
from resnet_core.formats.metadata import source, stamped
from tests.subjects import drawable, named, sampled

PICTURES = ("svg", "png", "pdf")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line))


@pytest.mark.slow
@pytest.mark.parametrize("format", PICTURES)
@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_the_address_is_in_the_picture_of_every_subject(kind, name, format):
    # Whole networks close to stages: what is inside says nothing new of the address.
    closed = {"detail": "stage"} if kind == "model" else {}
    diagram = draw(**{kind: name, **closed}, batch=2, lang="zh")
    assert source(diagram.render(format)) == diagram.url


@pytest.mark.parametrize("scale", sampled([2, 1, 3, 4]))
def test_the_address_is_in_a_png_of_every_scale_where_other_programs_find_it(scale):
    diagram = draw(block="basic", scale=scale)
    image = Image.open(io.BytesIO(diagram.render("png")))
    assert image.text["Source"] == diagram.url == source(diagram.render("png"))


@pytest.mark.parametrize("format", PICTURES)
@pytest.mark.parametrize("view", ["one", "side"])
def test_the_address_is_in_the_picture_of_a_comparison(view, format):
    found = compare(draw(block="basic"), draw(block="basic", attention="se"), view=view)
    assert source(found.render(format)) == found.url


@pytest.mark.parametrize("format", PICTURES)
def test_open_prints_the_address_and_the_command_that_draws_it(format):
    run(f"render bottleneck --stride 2 --theme dark --no-fold -o saved.{format}")
    url, command = run(f"open saved.{format}").output.splitlines()
    assert url == "/diagram?block=bottleneck&fold=false&stride=2&theme=dark"
    assert command == "resnet-diagram render bottleneck --no-fold --stride 2 --theme dark"


def test_open_draws_it_again_in_another_format_and_with_other_options(folder):
    run("render bottleneck --stride 2 -o saved.png")
    assert run("open saved.png -o again.svg").exit_code == 0
    assert (folder / "again.svg").read_text() == draw(block="bottleneck", stride=2).svg
    assert run("open saved.png --theme dark --lang zh --format svg -o dark").exit_code == 0
    dark = draw(block="bottleneck", stride=2, theme="dark", lang="zh")
    assert (folder / "dark").read_text() == dark.svg


def test_a_comparison_opens_as_the_command_that_draws_the_same_bytes(folder):
    run('compare "basic --stride 2 --theme dark" preact_basic --view side -o saved.png')
    url, command = run("open saved.png").output.splitlines()
    assert url.startswith("/compare?a=block%3Dbasic%26stride%3D2&b=block%3Dpreact_basic")
    again = run(command.removeprefix("resnet-diagram ").replace("compare.svg", "again.png"))
    assert again.exit_code == 1, again.output
    assert (folder / "again.png").read_bytes() == (folder / "saved.png").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read saved.png: No such file or directory"),
        (b"no picture at all", "saved.png is no picture"),
        (b"", "saved.png is no picture"),
        (b"<svg><metadata>/elsewhere</metadata></svg>", "holds no address of a diagram"),
        (b"%PDF-1.5\n", "holds no address of a diagram"),
        (b"\x89PNG\r\n\x1a\n\0\0", "holds no address of a diagram"),
        (b"<svg><metadata>/diagram?block=nothing</metadata></svg>", "no block 'nothing'"),
    ],
)
def test_a_file_that_cannot_be_opened_is_told_why(folder, content, message):
    if content is not None:
        (folder / "saved.png").write_bytes(content)
    result = run("open saved.png")
    assert result.exit_code == 2
    assert message in result.output


def test_a_module_of_ones_own_has_no_address_to_open(folder):
    draw_module(nn.Conv2d(3, 3, 1), input_shape=(1, 3, 8, 8)).save(folder / "own.png")
    assert "holds no address" in run("open own.png").output


def test_a_file_of_a_hundred_thousand_beginnings_is_read_at_once(folder):
    # Of a length at which quadratic time is minutes: the suite's own limit tells.
    (folder / "saved.pdf").write_bytes(b"%PDF-1.5\n" + b"/Subject (" * 400_000)
    assert "holds no address" in run("open saved.pdf").output
    hidden = b"/Subject (/diagram?block=basic)" + b"/Subject (" * 400_000
    (folder / "saved.pdf").write_bytes(b"%PDF-1.5\n" + hidden)
    assert run("open saved.pdf").output.startswith("/diagram?block=basic\n")


ESCAPES = "\x1b[2J\x07\x9b31m\u202e\r"
COMMANDS = set("\x1b\x07\x9b\u202e\r")


@pytest.mark.parametrize("query", [f"block=basic&planes={ESCAPES}", f"block={ESCAPES}"])
def test_nothing_in_a_file_reaches_the_terminal_as_a_command(folder, query):
    url = f"/diagram?{query}".encode("latin-1", "replace").decode("latin-1")
    (folder / "saved.png").write_bytes(stamped(draw(block="basic").png(), url))
    shown = run("open saved.png")
    assert shown.exit_code == 2
    assert not set(shown.output) & COMMANDS, shown.output
    assert "\\x1b[2J" in shown.output


def test_a_read_file_is_shown_with_its_escapes_spelled_out(folder):
    name = "\x1b]0;owned\x07"
    (folder / "net.py").write_text(
        "import torch.nn as nn\n"
        f"class Net(nn.Module):  # {name}\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"        self.body = nn.Sequential()\n"
        f"        self.body.add_module('{name}', nn.Conv2d(3, 3, 1))\n"
        "    def forward(self, x):\n"
        "        return self.body(x)\n",
        encoding="utf-8",
    )
    for line in ("read net.py --format txt -o -", "read net.py --explain --known 'a=\x1b'"):
        shown = run(line)
        assert not set(shown.stderr) & COMMANDS, shown.stderr


def test_words_for_a_terminal_are_safe_and_pictures_are_left_alone(monkeypatch, capsysbinary):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_bytes("行\x1b[2J\n".encode())
    print_bytes(b"\x89PNG\x1b[2J")
    assert capsysbinary.readouterr().out == "行\\x1b[2J\n".encode() + b"\x89PNG\x1b[2J"


def test_only_one_place_prints():
    found = [
        path.name
        for path in sorted((Path(__file__).parents[3] / "app" / "cli").glob("*.py"))
        if "click.echo(" in path.read_text(encoding="utf-8")
    ]
    # A refusal is told by click itself, which asks the error for it; its text is safe already.
    assert found == ["errors.py", "output.py"]


@pytest.mark.slow
def test_equal_requests_give_equal_pdfs_whatever_the_time():
    first = draw(block="basic").pdf
    time.sleep(1.1)
    assert draw(block="basic").pdf == first
