"""``serve FILE.py:NAME``: one's own module first, with knobs, and drawn anew when saved."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from app.cli import main
from app.cli.errors import Refusal
from app.cli.load_module import Making
from app.cli.own_subject import Entry
from app.pages import source
from app.pages.snippets import program
from resnet_core import Diagram, ParameterError
from resnet_core.registry import BLOCKS, NETWORKS

FILE = '''
from typing import Literal

import torch
from torch import nn

from beside import bend


class Net(nn.Module):
    """relu(x + f(x)), f = 3×3, BN, act, 3×3, BN"""

    def __init__(
        self, channels, stride: int = 1, bias=False, norm=nn.BatchNorm2d, dilations=(1, 2),
        act: Literal["relu", "silu"] = "relu", scale=1.0,
    ):
        super().__init__()
        first, second = dilations
        self.conv1 = nn.Conv2d(channels, channels, 3, stride, first, dilation=first, bias=bias)
        self.bn1 = norm(channels)
        self.act = bend(act)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=second, dilation=second, bias=bias)
        self.bn2 = norm(channels)
        self.down = nn.Conv2d(channels, channels, 1, stride) if stride > 1 else None

    def forward(self, x):
        out = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        if self.down is not None:
            x = self.down(x)
        return self.act(out + x)


def make(width=8):
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU())


class BasicBlock(Net):
    """One that is called as the catalogue's is."""


there = nn.Conv2d(3, 4, 1)
'''
BESIDE = """
from torch import nn


def bend(name):
    return {"relu": nn.ReLU, "silu": nn.SiLU}[name]()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "beside.py").write_text(BESIDE, encoding="utf-8")
    path = tmp_path / "my_block.py"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers, imports and shows is forgotten."""
    loaded, path = set(sys.modules), list(sys.path)
    with BLOCKS.temporary(), NETWORKS.temporary():
        yield
    for name in set(sys.modules) - loaded:
        if name in ("beside", "__drawn__"):
            del sys.modules[name]
    sys.path[:] = path
    source.show(())


def enter(file: Path, name: str, shape: str, **making: Any) -> Diagram:
    entered = Entry(f"{file}:{name}", Making(**making), shape)()
    return Diagram.of([(entered.kind, entered.name)])


def test_the_parameters_of_a_constructor_are_knobs(file: Path) -> None:
    diagram = enter(file, "Net", "1x64x56x56")
    assert diagram.input_shape == (1, 64, 56, 56)
    assert diagram.values == {
        "channels": 64, "stride": 1, "bias": False, "dilations": "1,2", "act": "relu", "scale": 1.0,
    }  # fmt: skip
    turned = Diagram.of([("block", "Net"), ("channels", "32"), ("dilations", "2,4")])
    # The input follows the knob that says how many channels come in.
    assert turned.input_shape == (1, 32, 56, 56)
    dilated = [node.attributes["dilation"] for node in turned.graph.calls if node.role == "conv"]
    assert dilated == [[2, 2], [4, 4]]
    with pytest.raises(ParameterError, match="act=tanh"):
        Diagram.of([("block", "Net"), ("act", "tanh")])


def test_arguments_and_calls_are_the_first_values(file: Path) -> None:
    one = enter(file, "Net", "1x16x8x8", args=("channels=16", "stride=2"))
    assert one.values["stride"] == 2
    assert one.graph.outputs[0].shape == (1, 16, 4, 4)
    other = enter(file, "Net", "1x16x8x8", call="Net(16, norm=nn.InstanceNorm2d, dilations=[1, 1])")
    assert [node.type for node in other.graph.calls if node.role == "norm"] == [
        "InstanceNorm2d"
    ] * 2
    assert other.values["dilations"] == "1,1"


def test_a_function_and_a_module_that_is_there_are_shown_too(file: Path) -> None:
    made = enter(file, "make", "1x3x8x8")
    assert made.values == {"width": 8}
    there = enter(file, "there", "1x3x8x8")
    assert there.values == {}
    assert there.graph.totals.params == 3 * 4 + 4


def test_a_class_named_as_one_of_the_catalogue_takes_nothing_from_it(file: Path) -> None:
    assert enter(file, "BasicBlock", "1x64x8x8").subject.name == "own_BasicBlock"
    assert BLOCKS["BasicBlock"].name == "basic"


def test_what_the_constructor_raises_is_told_at_the_knob(file: Path) -> None:
    enter(file, "Net", "1x64x8x8")
    broken = Diagram.of([("block", "Net"), ("dilations", "1")])
    with pytest.raises(ParameterError, match="constructor of Net raises ValueError") as refused:
        broken.graph  # noqa: B018
    assert refused.value.fix == {"dilations": None}


@pytest.mark.slow
def test_the_code_to_run_it_elsewhere_runs(file: Path) -> None:
    enter(file, "Net", "1x64x8x8", args=("channels=64",))
    code = program(Diagram.of([("block", "Net"), ("channels", "16"), ("act", "silu")]))
    assert "from my_block import Net" in code
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=file.parent, capture_output=True, text=True, check=True
    )
    assert "(1, 16, 8, 8)" in done.stdout
    annotated = Diagram.of([("block", "Net")]).explain().annotated
    assert "needs torch and beside." in " ".join(annotated.split())
    script = file.parent / "annotated.py"
    script.write_text(annotated, encoding="utf-8")
    assert subprocess.run([sys.executable, script], cwd=file.parent, check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shape", "making", "said"),
    [
        ("Net", "64x56x56", {}, "one image or feature map"),
        ("Nett", "1x64x8x8", {}, "has no 'Nett'"),
        ("Net", "1x64x8x8", {"args": ("planes=3",)}, "planes"),
        ("Net", "1x64x8x8", {"call": "Net(1/0)"}, "ZeroDivisionError"),
        ("Net", "1x64x8x8", {"args": ("dilations=(1,)",)}, "constructor of Net raises ValueError"),
        ("there", "1x3x8x8", {"args": ("a=1",)}, "takes no arguments"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_served(
    file: Path, name: str, shape: str, making: dict[str, Any], said: str
) -> None:
    with pytest.raises((Refusal, ParameterError), match=re.escape(said)):
        enter(file, name, shape, **making)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--input", "1x3x8x8"], "are about a module"),
        (["my.py:Net"], "its input is not known"),
        (["my.py:Net", "--input", "1x3x8x8", "--host", "0.0.0.0"], "is run by whoever asks"),
        (["my.py:Net", "--input", "1x3x8x8"], "there is no file my.py"),
    ],
)
def test_a_mistake_in_the_call_is_told(words: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["serve", *words])
    assert done.exit_code == 2
    assert said in done.output


@contextmanager
def served(file: Path) -> Iterator[httpx2.Client]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", f"{file}:Net", "--input", "1x64x8x8",
         "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    assert process.stdout
    with process:
        try:
            line = process.stdout.readline()
            found = re.search(r"ready on (\S+)", line)
            assert found, line or process.communicate(timeout=5)
            with httpx2.Client(base_url=found[1], timeout=30) as client:
                yield client
        finally:
            process.terminate()
            process.communicate(timeout=20)


def until(client: httpx2.Client, version: int) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while True:
        told: dict[str, Any] = client.get("/own.json").json()
        if told["version"] == version or told["trouble"]:
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


@pytest.mark.slow
def test_it_is_drawn_anew_when_its_file_is_saved(file: Path) -> None:
    with served(file) as client:
        page = client.get("/", headers={"Accept-Language": "zh"})
        assert "构造函数的参数" in page.text
        assert "my_block.py" in page.text
        first = client.get("/diagram.svg?block=Net")
        assert first.headers["cache-control"] == "no-cache"
        assert client.get("/explain.txt?block=Net&stride=2").status_code == 200
        assert client.get("/sweep.svg?block=Net&over=stride&values=1,2").status_code == 200

        file.write_text(FILE.replace("self.act(self.bn1", "(self.bn1"), encoding="utf-8")
        assert until(client, 2) == {"version": 2, "trouble": ""}
        again = client.get(
            "/diagram.svg?block=Net", headers={"If-None-Match": first.headers["etag"]}
        )
        assert again.status_code == 200
        assert again.text.count('class="node') == first.text.count('class="node') - 1

        file.write_text(FILE.replace("def forward(", "def forward(("), encoding="utf-8")
        assert "SyntaxError" in until(client, 0)["trouble"]
        assert client.get("/diagram.svg?block=Net").content == again.content

        wrong = FILE.replace("super().__init__()", "super().__init__(); raise ValueError('narrow')")
        file.write_text(wrong, encoding="utf-8")
        line = wrong[: wrong.index("raise ValueError")].count("\n") + 1
        deadline = time.monotonic() + 20
        while f"ValueError: narrow (my_block.py, line {line})" not in until(client, 0)["trouble"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)

        # What stands beside it and is imported counts as well.
        file.write_text(FILE, encoding="utf-8")
        deadline = time.monotonic() + 20
        while client.get("/own.json").json() != {"version": 3, "trouble": ""}:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        beside = BESIDE.replace('"relu": nn.ReLU', '"relu": nn.GELU')
        (file.parent / "beside.py").write_text(beside, encoding="utf-8")
        assert until(client, 4)["version"] == 4
        assert "GELU" in client.get("/diagram.txt?block=Net").text
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("--root-path", "diagrams"), "no path"),
        (("--root-path", "/a b"), "no path"),
        (("--processes", "0"), "0"),
        (("there.py:Net", "--input", "1x3x8x8", "--processes", "2"), "served by one"),
    ],
)
def test_what_serve_cannot_do_is_said(call: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(main, ["serve", *call])
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(("given", "path"), [("/below/it/", "/below/it"), ("/", "none")])
def test_a_server_is_told_what_it_is_below(
    monkeypatch: pytest.MonkeyPatch, given: str, path: str
) -> None:
    told: list[Any] = []
    monkeypatch.setattr("app.main.serve", lambda *given, **named: told.append((given, named)))
    done = CliRunner().invoke(main, ["serve", "--root-path", given, "--processes", "3"])
    assert done.exit_code == 0, done.output
    ((_, port, settings), named) = told[0]
    assert (port, settings.root_path, named) == (8000, path, {"processes": 3})


def test_workers_load_beside_the_server_and_not_after_it() -> None:
    code = """
import sys, app.workers.process as process
from app.cli import main
def begun():
    print("torch" in sys.modules)
    raise SystemExit
process.load_early = begun
main()
"""
    call = [sys.executable, "-c", code, "serve", "--port", "0"]
    done = subprocess.run(call, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
