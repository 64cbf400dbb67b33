"""``resnet-diagram docs``: the pictures in documents, drawn where their markers stand."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.errors import Refusal
from app.cli.output import print_bytes, progress, put_file, say, say_of
from resnet_core.bilingual import LANGUAGES

if TYPE_CHECKING:
    from app.docs.files import Finding, Outcome
    from resnet_core.diagram.picture import Drawing

STALE = 1
WRONG = 2


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; status 1 where something is stale.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="cores",
    help="Processes that draw, where there is much to draw.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Say what was found as JSON, for programs.")
def docs(paths: tuple[Path, ...], check: bool, jobs: int, as_json: bool) -> None:
    """Draw the pictures that documents ask for.

    PATH is a Markdown, reStructuredText, HTML or LaTeX file, a notebook, or a folder of them.
    Only what lies between two markers is written, and the files it shows:

    \b
    <!-- resnet-diagram bottleneck stride=2 alt="A bottleneck" -->
    <!-- /resnet-diagram -->

    In reStructuredText a pair is `.. resnet-diagram: bottleneck` and `.. /resnet-diagram`, in
    LaTeX `% resnet-diagram bottleneck` and `% /resnet-diagram`. A Markdown block of the language
    resnet-diagram becomes a pair.

    The words are those of `render`; or `compare "A" "B"`, `sweep bottleneck over=stride`,
    `window bottleneck node=conv2`; or `source call="Net(3)"` with code below it or a file.py behind
    it, which is read and never run; or `file.py:Name input=1x3x224x224`, whose file is run.
    as=svg, png, pdf, pair (light and dark), txt, mmd or md says what stands there, file=NAME where
    its picture is kept.

    \b
    resnet-diagram docs README.md docs
    resnet-diagram docs --check .
    """
    from app.docs.files import documents, examine

    _refuse_others(paths)
    outcome = examine(documents(paths), own_module, jobs, progress)
    if not check:
        outcome = _written(outcome)
    if as_json:
        print_bytes(_json(outcome))
    else:
        _report(outcome, check)
    if outcome.mistakes:
        sys.exit(WRONG)
    if check and (outcome.stale or outcome.writes):
        sys.exit(STALE)


def _refuse_others(paths: Iterable[Path]) -> None:
    """Raise Refusal for a path that is not there, and for a file that is no document."""
    from app.docs.dialects import SUFFIXES

    for path in paths:
        if not path.exists():
            raise Refusal(f"there is no file or folder {path}")
        if path.is_file() and path.suffix.lower() not in SUFFIXES:
            raise Refusal(f"{path} is no document", allowed=", ".join(SUFFIXES))


def own_module(target: str, inputs: Sequence[str], view: dict[str, str]) -> Drawing:
    """The drawing of a module in a file, which is run. Raises ParameterError."""
    from app.cli.load_module import module_of, shape_of
    from resnet_core import ParameterError, draw_module

    try:
        return draw_module(module_of(target), [shape_of(shape) for shape in inputs], **view)
    except Refusal as refusal:
        raise ParameterError("", target, refusal.message) from None


def _report(outcome: Outcome, check: bool) -> None:
    """What was written and what was found, for people, and on GitHub as annotations."""
    for path in () if check else outcome.writes:
        say(str(path))
    for remark in outcome.remarks:
        say_of(f"{remark.path}:{remark.line}:", "blue", f"note: {remark.text['en']}")
    _tell("error", outcome.mistakes)
    if check:
        _tell("error", outcome.stale, "stale: ")
    files = len(outcome.writes)
    done = "to be written" if check else "written"
    say(f"{outcome.pictures} markers, {files} files {done}", err=True)


def _json(outcome: Outcome) -> bytes:
    """What was found as data: each finding with its place, and the text in both languages."""
    found = {
        kind: [
            {"path": str(finding.path), "line": finding.line,
             "text": {language: finding.text[language] for language in LANGUAGES}}
            for finding in findings
        ]
        for kind, findings in (
            ("mistakes", outcome.mistakes), ("stale", outcome.stale), ("notes", outcome.remarks)
        )
    }  # fmt: skip
    data = {"markers": outcome.pictures, "files": [str(path) for path in outcome.writes], **found}
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _written(outcome: Outcome) -> Outcome:
    """What came of it: all that can be written is, the rest is a mistake of who asks for it."""
    failed: list[Finding] = []
    writes = {}
    # Pictures come before the documents, and a document does not show one that is not there.
    for path, content in outcome.writes.items():
        if any(finding.path == path for finding in failed):
            continue
        try:
            put_file(path, content)
            writes[path] = content
        except OSError as error:
            failed.append(outcome.unwritten(path, error.strerror or str(error)))
    return replace(outcome, writes=writes, mistakes=(*outcome.mistakes, *failed))


def _tell(kind: str, findings: Iterable[Finding], before: str = "") -> None:
    """Each finding with its place; on GitHub as an annotation that stands beside the line."""
    for finding in findings:
        text = before + finding.text["en"]
        say_of(f"{finding.path}:{finding.line}:", "yellow" if before else "red", text)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            place = f"file={_property(finding.path.as_posix())},line={finding.line}"
            say(f"::{kind} {place}::{_data(text)}")


def _data(text: str) -> str:
    """A text as GitHub reads it in a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
