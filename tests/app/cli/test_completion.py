"""What the shell is offered while a command line is typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from app.cli import main
from app.cli.man import SHELLS
from resnet_core.diagram.form import choices_of, properties
from resnet_core.registry import BLOCKS, NETWORKS
from tests.app.cli.terminal import shown, terminal


def offered(line: str) -> list[str]:
    """What is offered for the last word of the line; that word may be empty."""
    *words, incomplete = line.split(" ")
    shell = ShellComplete(main, {}, "resnet-diagram", "_RESNET_DIAGRAM_COMPLETE")
    return [item.value for item in shell.get_completions(words, incomplete)]


@pytest.mark.parametrize("command", ["render", "table", "explain", "url"])
def test_every_subject_is_offered_first(command):
    assert offered(f"{command} ") == [*BLOCKS, *NETWORKS]


def test_what_is_begun_is_completed():
    assert offered("render botl") == []
    assert offered("render bottl") == ["bottleneck"]
    assert offered("render bottleneck --stride-") == ["--stride-on"]


@pytest.mark.parametrize("name", BLOCKS)
def test_every_knob_with_choices_offers_them(name):
    for knob, schema in properties(BLOCKS[name].params).items():
        spelled = "--" + knob.replace("_", "-")
        assert spelled in offered(f"render {name} --")
        choices = [str(choice) for choice in choices_of(schema)]
        assert offered(f"render {name} {spelled} ") == choices


def test_options_of_the_command_stand_beside_the_knobs():
    assert {"--output", "--format", "--kind", "--no-fold", "--theme"} <= set(
        offered("render resnet50 --")
    )


def test_a_misspelled_subject_has_no_knobs():
    assert offered("render botleneck --str") == []


def test_completion_is_quick_to_answer_because_it_reads_no_torch():
    code = (
        "import sys; sys.argv = ['resnet-diagram']; from app.cli import main\n"
        "try: main(prog_name='resnet-diagram')\nexcept SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | {
            "_RESNET_DIAGRAM_COMPLETE": "bash_complete",
            "COMP_WORDS": "resnet-diagram render bottleneck --shortcut ",
            "COMP_CWORD": "4",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert "plain,avgpool" in told.stdout


# How each shell is started without its user's settings, and how it reads what completes.
STARTED = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(resnet-diagram completion bash)"'),
    "zsh": (
        ["-f", "-i"],
        'autoload -Uz compinit; compinit -D; eval "$(resnet-diagram completion zsh)"',
    ),
    "fish": (["--no-config", "-i"], "resnet-diagram completion fish | source"),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_what_is_typed(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    program = tmp_path / "bin" / "resnet-diagram"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c "
        '"import sys; sys.argv[0] = \'resnet-diagram\'; from app.cli import main; main()" "$@"\n'
    )
    program.chmod(0o755)
    options, reads = STARTED[shell]
    root = Path(__file__).parents[3]
    paths = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(root)}
    own = {"HOME": str(tmp_path), "TERM": "dumb", "PS1": "> "}
    with terminal([shell, *options], **paths, **own) as typed:
        os.write(typed, f"{reads}; echo re''ady\n".encode())
        assert "ready" in shown(typed, "ready")
        os.write(typed, b"resnet-diagram render bottl\t")
        assert "bottleneck" in shown(typed, "bottleneck")
        os.write(typed, b"--stri\t")
        assert "--stride" in shown(typed, "--stride")
