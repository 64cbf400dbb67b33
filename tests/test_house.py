"""The house rules that a program can check: names, languages, docstrings, the size of files."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("app", "resnet_core")
FILES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
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


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def loop_variables(tree: ast.AST) -> Iterator[str]:
    """The names that loops, comprehensions and lambdas bind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            yield from (name.id for name in ast.walk(node.target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.Lambda):
            yield from (argument.arg for argument in node.args.args)


@pytest.mark.parametrize("file", WRITTEN, ids=name_of)
def test_a_loop_variable_is_named_for_what_it_holds(file):
    assert "each" not in set(loop_variables(parsed(file)))


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_file_is_a_room_and_says_what_it_is(file):
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "the file has no docstring"


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_functions_are_short(file):
    long = {
        function.name: function.end_lineno - function.lineno + 1
        for function in functions(parsed(file))
        if function.end_lineno - function.lineno >= 45
    }
    assert not long


def test_no_module_name_stands_twice_but_for_counterparts():
    names = Counter(file.stem for file in FILES if file.stem.strip("_") not in ("init", "main"))
    assert {name for name, count in names.items() if count > 1} <= COUNTERPARTS
    assert len(COUNTERPARTS) <= 8


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_only_the_room_of_languages_asks_which_language_it_is(file):
    if "language" in file.parts:
        return
    asked = re.findall(r'[!=]= "zh"', file.read_text(encoding="utf-8"))
    assert not asked, "ask a Text for its language instead"


# One thing, one word. Two properties keep the name that JSON has for it, since it is public.
OLDER_NAMES = {"resnet_core/errors.py", "resnet_core/graph/model.py"}
NO_PLAIN_WORDS = {"mend", "mended", "remedy", "remedied", "cure", "cures", "nought"}


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Every name that a file gives to something of its own or calls something by."""
    for node in ast.walk(tree):
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


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_fix_is_called_a_fix(file):
    if name_of(file) in OLDER_NAMES:
        return
    words = {word for name in identifiers(parsed(file)) for word in name.lower().split("_")}
    assert not words & NO_PLAIN_WORDS
