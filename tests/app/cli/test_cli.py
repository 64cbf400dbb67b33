"""The command line: what it writes, what it refuses, and how it ends."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.compare import FORMATS as COMPARED_FORMATS
from app.cli.output import FORMATS
from resnet_core import FORMATS as LIBRARY_FORMATS
from resnet_core import blocks, draw, networks
from resnet_core.compare import FORMATS as COMPARISON_FORMATS
from resnet_core.diagram.words import Request, spelled
from resnet_core.errors import GraphvizMissing
from resnet_core.formats import graphviz as layout
from resnet_core.registry import BLOCKS, NETWORKS
from tests.subjects import names

MODEL = '''
import torch
from torch import nn


class Net(nn.Module):
    """Two paths that are added."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.skip = nn.Conv2d(3, 8, 1)

    def forward(self, x):
        return torch.relu(self.conv(x) + self.skip(x))


class Needy(nn.Module):
    def __init__(self, width):
        super().__init__()


class Pair(nn.Module):
    def forward(self, x, y):
        return x + y


def small():
    return Net()


def number():
    return 3


def broken():
    return 1 / 0


ready = Net()
width = 3
'''


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Every test runs in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    return tmp_path


@pytest.fixture
def model(folder) -> Path:
    file = folder / "my_model.py"
    file.write_text(MODEL, encoding="utf-8")
    return file


def run(line: str) -> Result:
    """What ``resnet-diagram LINE`` does."""
    return CliRunner().invoke(main, shlex.split(line))


def done(line: str) -> Result:
    """What a line does that succeeds."""
    result = run(line)
    assert result.exit_code == 0, result.output
    return result


def refused(line: str, status: int = 2) -> str:
    """What a line is refused with, which is no traceback and leaves nothing behind."""
    before = set(Path.cwd().iterdir())
    result = run(line)
    assert result.exit_code == status, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert set(Path.cwd().iterdir()) - before <= {Path.cwd() / "__pycache__"}
    return result.stderr


# render


def test_the_format_follows_the_files_ending():
    for format, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("json", b"{")):
        result = done(f"render bottleneck --stride 2 -o out.{format}")
        content = Path(f"out.{format}").read_bytes()
        assert content.startswith(start)
        assert result.stderr == f"out.{format}: {len(content):,} bytes\n"


def test_a_stated_format_beats_the_ending():
    done("render basic -o out.txt --format md")
    assert Path("out.txt").read_text(encoding="utf-8").startswith("**BasicBlock**")


def test_a_dash_writes_to_the_standard_output_and_says_nothing_else():
    result = done("render bottleneck --stride 2 -o -")
    assert result.stdout_bytes == draw(block="bottleneck", stride=2).render("svg")
    assert result.stderr == ""


def test_without_a_file_the_picture_is_called_after_the_subject():
    done("render bottleneck --stride 2")
    done("render resnet18 --format dot")
    assert sorted(file.name for file in Path.cwd().iterdir()) == ["bottleneck.svg", "resnet18.dot"]


def test_the_formats_that_help_names_are_those_of_the_library():
    assert FORMATS.split(", ") == list(LIBRARY_FORMATS)


@pytest.mark.parametrize("name", names())
def test_every_subject_can_be_asked_for(name):
    request = Request((name,))
    kind = "block" if name in BLOCKS else "model"
    assert request.diagram == draw(**{kind: name})
    assert spelled(request.diagram) == (name,)


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("bottleneck --stride 2", {"block": "bottleneck", "stride": 2}),
        ("bottleneck --stride=2", {"block": "bottleneck", "stride": 2}),
        ("bottleneck --stride-on conv1", {"block": "bottleneck", "stride_on": "conv1"}),
        ("bottleneck --stride_on conv1", {"block": "bottleneck", "stride_on": "conv1"}),
        ("resnet18 --no-fold", {"model": "resnet18", "fold": False}),
        ("resnet18 --fold false", {"model": "resnet18", "fold": False}),
        ("resnet18 --fold", {"model": "resnet18"}),
        ("resnet18 --no-include-top", {"model": "resnet18", "include_top": False}),
        ("resnet18 --zero-init-residual", {"model": "resnet18", "zero_init_residual": True}),
        ("resnet --block basic", {"model": "resnet", "block": "basic"}),
        ("resnet18 --input 97x131 --batch 4", {"model": "resnet18", "input": "97x131", "batch": 4}),
    ],
)
def test_words_ask_for_what_the_url_asks_for(words, query):
    diagram = Request(tuple(words.split())).diagram
    assert diagram == draw(**query)
    assert Request(spelled(diagram)).diagram == diagram


def test_kind_decides_between_a_block_and_a_model_of_one_name():
    with NETWORKS.temporary():
        NETWORKS.preset("bottleneck", "resnet", title="Of that name", fixed={"block": "basic"})
        assert Request(("bottleneck",)).subject.kind == "block"
        assert Request(("bottleneck",), "model").subject.title == "Of that name"
    assert "no block 'resnet50'" in refused("render resnet50 --kind block")


def test_an_impossible_architecture_is_drawn_and_told():
    result = done("render bottleneck --stride 2 --shortcut identity")
    assert "shapes do not fit at add: 1×256×28×28 and 1×256×56×56" in result.stderr
    assert Path("bottleneck.svg").exists()


def test_a_file_is_replaced_at_once_and_keeps_its_mode():
    out = Path("out.svg")
    out.write_text("old")
    out.chmod(0o600)
    done("render basic -o out.svg")
    assert out.read_bytes().startswith(b"<svg")
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(Path.cwd().iterdir()) == [out.absolute()]


def test_a_link_is_written_through():
    Path("real.svg").touch()
    Path("link.svg").symlink_to("real.svg")
    done("render basic -o link.svg")
    assert Path("link.svg").is_symlink()
    assert Path("real.svg").read_bytes().startswith(b"<svg")


def test_a_device_is_written_to_and_not_replaced():
    done(f"render basic -o {os.devnull} --format dot")
    assert not Path(os.devnull).is_file()


@pytest.mark.slow
def test_equal_words_give_equal_bytes_in_every_process():
    command = [sys.executable, "-m", "app.cli", "render", "bottleneck", "--stride", "2", "-o", "-"]
    drawn = [
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": _repository()},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert drawn[0] == drawn[1] == draw(block="bottleneck", stride=2).render("svg")


# Mistakes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "render bottleneck --stride 9 -o x.svg",
            "Error: --stride 9: it is not from 1 to 4\n"
            "  allowed: a whole number from 1 to 4\n"
            "  try:     resnet-diagram render bottleneck --stride 4 -o x.svg\n",
        ),
        (
            "table resnet50 --layers 2,2,2,2",
            "Error: --layers 2,2,2,2: resnet50 is resnet with layers=3,4,6,3; model=resnet leaves "
            "layers free\n"
            "  allowed: 3,4,6,3\n"
            "  try:     resnet-diagram table resnet --layers 2,2,2,2\n",
        ),
        ("render bottleneck --strid 2", "did you mean 'stride'?"),
        ("render bottleneck --strid 2", "try:     resnet-diagram render bottleneck --stride 2\n"),
        ("render botleneck --strid 2", "try:     resnet-diagram render bottleneck --stride 2\n"),
        ("url reznet50", "try:     resnet-diagram url resnet50\n"),
        ("render --stride 2 bottleneck", "the subject comes first"),
        (
            "render --stride 2 bottleneck",
            "try:     resnet-diagram render bottleneck --stride 2\n",
        ),
        ("render resnet50 --theme drak", "did you mean 'dark'?"),
        ("render resnet18 --groups 32", "BasicBlock supports only groups=1"),
        ("render resnet18 --groups 32", "try:     resnet-diagram render resnet18\n"),
        ("render bottleneck --stride 1 --stride 2", "given more than once"),
        ("render bottleneck --stride", "--stride: it is empty\n  allowed: a whole number"),
        ("render bottleneck --theme", "--theme: it is empty\n  allowed: light, dark, auto"),
        ("render bottleneck 2", "'2' belongs to no option of bottleneck"),
        ("render bottleneck --model resnet50", "bottleneck has no parameter 'model'"),
        ("render bottleneck --block basic", "bottleneck has no parameter 'block'"),
        ("render resnet50 --detail block --expand layer9", "there is no group 'layer9'"),
        ("render", "name what to draw"),
        ("render bottleneck --format svgg", "allowed: svg, png"),
        ("render bottleneck -o picture.xyz", "allowed: svg, png"),
        ("render bottleneck -o picture", "the name has no ending that says the format"),
        ("render bottleneck -o no/such/folder.svg", "cannot write no/such/folder.svg: No such"),
        ("table bottleneck -o x.svg", "'svg' is no format of a table"),
        ("table bottleneck --format svg", "'svg' is not one of 'txt', 'md', 'csv'"),
        ("list botleneck", "try:     resnet-diagram list bottleneck\n"),
        ("rendr bottleneck", "No such command 'rendr'"),
        ("serve --port 99999", "Invalid value for '--port'"),
    ],
)
def test_a_mistake_is_told_with_what_is_allowed(line, expected):
    assert expected in refused(line)


@pytest.mark.parametrize(
    "line",
    [
        "render botleneck --strid 2 -o x.svg",
        "render bottleneck --stride 9 --no-fold",
        "table resnet18 --groups 32 --format md",
        "render --theme dark resnet18",
        "render botleneck --help",
    ],
)
def test_the_fixed_line_works(line):
    (fixed,) = [text for text in refused(line).splitlines() if text.startswith("  try:")]
    done(fixed.split("resnet-diagram ", 1)[1])


def test_a_machine_without_graphviz_is_another_matter_than_a_mistake(monkeypatch):
    def missing(*_: object) -> bytes:
        raise GraphvizMissing("libfoo.so")

    monkeypatch.setattr(layout, "draw", missing)
    assert "apt-get install" in refused("render bottleneck --stride 3 --planes 32", status=3)


# table


def test_a_table_is_columns_unless_something_else_is_asked_for():
    plain = done("table bottleneck --stride 2").stdout
    assert plain.splitlines()[0] == "Bottleneck"
    assert "136,448 parameters" in plain
    markdown = done("table bottleneck --stride 2 --format md").stdout
    assert markdown.encode() == draw(block="bottleneck", stride=2).render("md")


def test_a_table_goes_to_a_file_in_the_format_of_its_ending():
    done("table basic -o layers.csv")
    assert Path("layers.csv").read_bytes() == draw(block="basic").render("csv")


@pytest.mark.slow
def test_a_reader_who_leaves_early_is_no_error():
    line = f"{shlex.quote(sys.executable)} -m app.cli table resnet50; echo status $? >&2"
    ended = subprocess.run(
        ["sh", "-c", f"({line}) | true"],
        env={**os.environ, "PYTHONPATH": _repository()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr.splitlines()[-1] == "status 0"
    assert "Broken pipe" not in ended.stderr


# draw


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("name", ["Net", "small", "ready"])
def test_a_class_a_function_and_a_module_are_drawn(name):
    result = done(f"draw my_model.py:{name} --input 1x3x32x32 --format json -o -")
    assert json.loads(result.stdout)["totals"]["params"] == 8 * 3 * 9 + 8 + 8 * 3 + 8


@pytest.mark.usefixtures("model")
def test_the_picture_of_a_module_is_called_after_it():
    done("draw my_model.py:Net --input 1x3x32x32 --theme dark --direction LR")
    assert Path("Net.svg").read_bytes().startswith(b"<svg")


@pytest.mark.usefixtures("model")
def test_several_inputs_are_given_one_after_the_other():
    result = done("draw my_model.py:Pair --input 1x3x8x8 --input 1x3x8x8 --format json -o -")
    sources = [load["from"] for load in json.loads(result.stdout)["edges"]]
    assert sources[:2] == ["input1", "input2"]


def test_a_module_of_an_installed_package_is_drawn():
    done("draw torch.nn:ReLU --input 1x3x8x8 -o relu.svg")


@pytest.mark.usefixtures("model")
def test_a_file_may_import_its_neighbours(folder):
    (folder / "other.py").write_text("from my_model import Net as Mine\n", encoding="utf-8")
    done("draw other.py:Mine --input 1x3x32x32")


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("nope.py:Net --input 1x3x8x8", "there is no file nope.py"),
        ("nope.mod:Net --input 1x3x8x8", "No module named 'nope'"),
        ("my_model.py:Nett --input 1x3x8x8", "my_model.py has no 'Nett'; did you mean 'Net'?"),
        ("my_model.py --input 1x3x8x8", "allowed: my_model.py:Net, my_model.py:Needy"),
        ("my_model.py:Needy --input 1x3x8x8", "my_model.py:Needy needs arguments: width"),
        ("my_model.py:number --input 1x3x8x8", "my_model.py:number() makes no module: 3"),
        ("my_model.py:width --input 1x3x8x8", "my_model.py:width is no module: 3"),
        ("my_model.py:broken --input 1x3x8x8", "ZeroDivisionError: division by zero (my_model.py"),
        ("my_model.py:Pair --input 1x3x8x8", "missing 1 required positional argument: 'y'"),
        ("my_model.py:Net --input 1by3", "--input 1by3 is no shape"),
        ("my_model.py:Net --input 1x3x8x8 --detial op", "did you mean 'detail'?"),
        ("my_model.py:Net --input 1x3x8x8 --theme pink", "allowed: light, dark, auto"),
        ("my_model.py:Net --input 1x3x8x8 --format xyz", "allowed: svg, png"),
        ("my_model.py:Net", "Missing option '--input'"),
    ],
)
def test_a_module_that_cannot_be_drawn_is_told_why(target, expected):
    assert expected in refused(f"draw {target}")


@pytest.mark.parametrize("source", ["import nothing_such", "def (", "1 / 0", "raise SystemExit(0)"])
def test_a_file_that_cannot_be_imported_is_told_with_its_line(folder, source):
    (folder / "bad.py").write_text(source, encoding="utf-8")
    told = refused("draw bad.py:Net --input 1x3x8x8")
    assert "(bad.py, line 1)" in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("model")
def test_a_module_whose_shapes_do_not_fit_is_drawn_and_told():
    told = done("draw my_model.py:Pair --input 1x3x8x8 --input 1x3x8x9").stderr
    assert "1×3×8×8 and 1×3×8×9" in told
    assert Path("Pair.svg").exists()


# url, list, serve


def test_url_prints_the_permalink_first():
    lines = done("url bottleneck --stride 2 --detail op --base-url https://example.org/").stdout
    assert lines.splitlines()[0] == "https://example.org/diagram?block=bottleneck&stride=2"


def test_url_tells_programs_the_same():
    told = json.loads(done("url bottleneck --base-url https://example.org --json").stdout)
    assert told["url"] == "https://example.org/diagram?block=bottleneck"
    printed = done("url bottleneck --base-url https://example.org").stdout
    assert all(lines in printed for lines in told["snippets"].values())
    assert len(told["snippets"]) >= 6


def test_url_prints_lines_to_paste():
    printed = done("url bottleneck --stride 2 --base-url https://example.org").stdout
    image = "https://example.org/diagram.svg?block=bottleneck&stride=2"
    markup = image.replace("&", "&amp;")
    assert f"![Bottleneck]({image})" in printed
    assert f'<img src="{markup}" alt="Bottleneck">' in printed
    assert f'srcset="{markup}&amp;theme=dark"' in printed
    assert f".. image:: {image}\n   :alt: Bottleneck" in printed


def test_list_names_every_subject_with_its_formula():
    printed = done("list").stdout
    for name in (*blocks(), *networks()):
        assert f"\n  {name} " in printed
    assert BLOCKS["bottleneck"].formula in printed


def test_list_as_json_has_the_schema_of_every_form():
    listed = json.loads(done("list --json").stdout)
    assert [record["name"] for record in listed["blocks"]] == blocks()
    assert [record["name"] for record in listed["models"]] == networks()
    schema = json.loads(done("list bottleneck --json").stdout)["parameters"]
    assert schema["properties"]["stride"]["maximum"] == 4


def test_list_of_a_preset_says_what_it_fixes():
    assert "It is resnet --block bottleneck --layers 3,4,6,3." in done("list resnet50").stdout


def test_serve_passes_the_address_on(monkeypatch):
    served = []
    there = SimpleNamespace(serve=lambda *address, **_: served.append(address))
    monkeypatch.setitem(sys.modules, "app.main", there)
    done("serve --host 0.0.0.0 --port 9000")
    assert served[0][:2] == ("0.0.0.0", 9000)


# Help


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["--help", "--version", *(f"{name} --help" for name in main.commands)]
)
def test_help_answers_without_torch(words):
    code = (
        "import sys\n"
        "from app.cli import main\n"
        f"main({words.split()!r}, 'resnet-diagram', standalone_mode=False)\n"
        "assert not {'torch', 'resnet_core.layout', 'fastapi'} & set(sys.modules)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": _repository()},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert "resnet-diagram" in answer.stdout


@pytest.mark.parametrize("name", names())
def test_help_on_a_subject_tells_every_knob_with_its_description(name):
    subject = BLOCKS[name] if name in BLOCKS else NETWORKS[name]
    told = done(f"render {name} --help").stdout
    words = " ".join(told.split())
    for knob, field in subject.params.model_fields.items():
        assert f"  --{knob.replace('_', '-')} " in told
        assert field.description in words
    assert "--output FILE" in told


def _repository() -> str:
    return str(Path(__file__).parents[3])


# compare


def test_a_comparison_is_one_sentence_and_a_table_and_ends_with_one():
    result = run('compare bottleneck "bottleneck --attention se"')
    assert result.exit_code == 1
    first, why, _, head, *_ = result.stdout.splitlines()
    assert first.startswith("From Bottleneck to Bottleneck (attention=se): 6 calls added")
    assert why.startswith("Why: the whole image decides how much each channel counts")
    assert head.split()[:3] == ["layer", "before", "after"]
    assert "attention.fc1" in result.stdout


def test_what_computes_the_same_ends_with_zero():
    assert "compute the same" in done('compare bottleneck "bottleneck --stride-on conv1"').stdout


def test_a_comparison_is_written_in_the_format_of_the_files_ending():
    result = run("compare bottleneck basic -o both.svg --view side --lang zh")
    assert result.exit_code == 1
    assert result.stdout.startswith("从 Bottleneck 到 BasicBlock")
    assert Path("both.svg").read_bytes().startswith(b"<svg")
    assert run("compare bottleneck basic --format json").stdout.startswith("{")


def test_the_formats_of_a_comparison_are_those_of_the_library():
    assert COMPARED_FORMATS == COMPARISON_FORMATS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('compare bottleneck "bottleneck --stride 9"', "--stride 9: it is not from 1 to 4"),
        (
            'compare bottleneck "bottleneck --stride 9"',
            "try:     resnet-diagram compare bottleneck 'bottleneck --stride 4'\n",
        ),
        ("compare botleneck basic", "try:     resnet-diagram compare bottleneck basic\n"),
        ('compare "resnet18 --groups 32" basic', "BasicBlock supports only groups=1"),
        ("compare bottleneck", "Missing argument 'B'"),
        ("compare bottleneck basic -o x.gif", "'gif' is no format"),
        ('compare bottleneck "basic \'"', "cannot be read"),
    ],
)
def test_a_mistake_in_a_comparison_is_told_with_what_is_allowed(line, expected):
    assert expected in refused(line)


@pytest.mark.parametrize(
    ("line", "said", "works"),
    [
        ("render bottleneck --stride 9 --lang zh", "不在 1 到 4 之间", "--stride 4"),
        ("render bottlenek --lang=zh", "没有名为 'bottlenek' 的块或网络", "bottleneck"),
        ("explain basic --groups 2 --lang zh", "只支持 groups=1", "explain basic"),
        ("compare resnet50 bottlenek --lang zh", "没有名为 'bottlenek'", "compare resnet50"),
        ("read nothere.py --lang zh", "没有这个文件", ""),
    ],
)
def test_a_mistake_is_told_in_the_language_of_the_call(line: str, said: str, works: str) -> None:
    told = run(line)
    assert told.exit_code == 2
    assert told.stderr.startswith("错误：")
    assert "： " not in told.stderr
    assert said in told.stderr
    assert works in told.stderr
    assert "可用：" in told.stderr
    english = run(line.replace("--lang zh", "").replace("--lang=zh", "")).stderr
    assert english.startswith("Error: ")
    assert english.isascii() or "×" in english


def test_a_call_ends_without_a_search_for_garbage():
    code = (
        "import atexit, gc\n"
        "atexit.register(lambda: print('kept', gc.get_freeze_count() > 0))\n"
        "from app.cli import main\n"
        "main(['url', 'bottleneck'])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert said.stdout.endswith("kept True\n")
