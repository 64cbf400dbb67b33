"""The house rules that a program can check: names, languages, docstrings, the size of files."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.sources import FILES, PACKAGES, ROOT, name_of, nodes_of, text_of

WRITTEN = [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
# Two files of one name are counterparts: a comparison's table and a structure's, a network and
# the block that it is made of, a page and what it shows, the errors of two floors.
COUNTERPARTS = {
    "compare",
    "documents",
    "errors",
    "hornet",
    "mermaid",
    "picture",
    "registry",
    "table",
}
LONGEST = 600


def against(
    rule: Callable[[Path], Iterable[str]], files: Iterable[Path] = FILES
) -> dict[str, list[str]]:
    """The files that break a rule, each with what breaks it."""
    found = {name_of(file): list(rule(file)) for file in files}
    return {name: broken for name, broken in found.items() if broken}


def loop_variables(file: Path) -> Iterator[str]:
    """The names that loops, comprehensions and lambdas bind, where ``each`` may be among them."""
    if not re.search(r"(for|,|lambda) each\b", text_of(file)):
        return
    for node in nodes_of(file):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            yield from (name.id for name in ast.walk(node.target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.Lambda):
            yield from (argument.arg for argument in node.args.args)


def test_a_loop_variable_is_named_for_what_it_holds():
    assert not against(
        lambda file: (name for name in loop_variables(file) if name == "each"), WRITTEN
    )


def test_a_file_is_a_room_and_says_what_it_is():
    def broken(file: Path) -> Iterator[str]:
        text = text_of(file)
        if len(text.splitlines()) > LONGEST:
            yield "it is too long"
        if text.strip() and not ast.get_docstring(nodes_of(file)[0]):
            yield "it has no docstring"

    assert not against(broken)


# One of several of its kind, each a file of its own; and what is started by its name.
MAY_BE_SHORT = (
    "__init__.py", "__main__.py", "blocks/", "networks/", "formats/", "embed/mkdocs", "api/",
    "workers/preload.py",
)  # fmt: skip
SHORTEST = 60


def test_a_file_is_no_crumb():
    """What is shorter belongs to the noun that it serves."""
    short = {
        name_of(file): len(text_of(file).splitlines())
        for file in FILES
        if not any(place in name_of(file) for place in MAY_BE_SHORT)
    }
    assert not {name: lines for name, lines in short.items() if lines < SHORTEST}


def test_functions_are_short():
    def long(file: Path) -> Iterator[str]:
        for node in nodes_of(file):
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if function and node.end_lineno - node.lineno >= 45:
                yield f"{node.name}: {node.end_lineno - node.lineno + 1} lines"

    assert not against(long)


def test_no_module_name_stands_twice_but_for_counterparts():
    names = Counter(file.stem for file in FILES if file.stem.strip("_") not in ("init", "main"))
    assert {name for name, count in names.items() if count > 1} <= COUNTERPARTS
    assert len(COUNTERPARTS) <= 8


# What is there beside the rooms: the whole of them in a browser, and when things go wrong.
WHOLE = {"browser", "faults"}


def test_tests_stand_where_the_code_stands():
    rooms = {
        name_of(file.parent).removeprefix("resnet_core/")
        for package in PACKAGES
        for file in (ROOT / package).glob("*/__init__.py")
    }
    tests = {name_of(file.parent) for file in (ROOT / "tests").glob("*/**/test_*.py")}
    folders = {name.removeprefix("tests/") for name in tests} - {"app"}
    assert folders == rooms | {"deploy", "docs"} | WHOLE


def test_only_the_room_of_languages_asks_which_language_it_is():
    others = [file for file in FILES if "language" not in file.parts]
    # Ask a Text for its language instead.
    assert not against(lambda file: re.findall(r'[!=]= "zh"', text_of(file)), others)


# One thing, one word. Two properties keep the name that JSON has for it, since it is public.
OLDER_NAMES = {"resnet_core/errors.py", "resnet_core/graph/model.py"}
NO_PLAIN_WORDS = {"mend", "mended", "remedy", "remedied", "cure", "cures", "nought"}


def identifiers(file: Path) -> Iterator[str]:
    """Every name that a file gives to something of its own or calls something by."""
    for node in nodes_of(file):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword):
            yield node.arg or ""
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


def test_a_fix_is_called_a_fix():
    others = [file for file in FILES if name_of(file) not in OLDER_NAMES]
    assert not against(
        lambda file: (
            name for name in identifiers(file) if {*name.lower().split("_")} & NO_PLAIN_WORDS
        ),
        others,
    )


# Whoever follows one picture from its parameters to its bytes reads no more files than these.
MOST_FILES = 25
PATH_OF_A_PICTURE = """
import sys
from pathlib import Path
from resnet_core import draw

ROOMS = tuple(str(Path(room).resolve()) for room in ("resnet_core", "app"))
ran = set()


def watch(frame, event, _):
    if event == "call" and frame.f_code.co_name != "<module>":
        if frame.f_code.co_filename.startswith(ROOMS):
            ran.add(frame.f_code.co_filename)


draw(block="basic").svg
sys.setprofile(watch)
draw(block="bottleneck").svg
sys.setprofile(None)
print("\\n".join(sorted(str(Path(file).relative_to(Path.cwd())) for file in ran)))
"""


@pytest.mark.slow
def test_one_picture_passes_through_few_files():
    """What is read only once is read for another block: a picture after the first is followed."""
    done = subprocess.run(
        [sys.executable, "-c", PATH_OF_A_PICTURE],
        cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    files = done.stdout.splitlines()
    assert {"resnet_core/formats/svg.py", "resnet_core/trace/reader.py"} <= set(files)
    assert len(files) <= MOST_FILES, files
