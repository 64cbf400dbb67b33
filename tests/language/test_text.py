"""What is said is said in every language, and what a further language would lack is known."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.pages.i18n import catalogue, catalogue_file
from app.pages.messages import phrases
from resnet_core.bilingual import LANGUAGES, Text, clauses, same
from resnet_core.language.terminal import listed
from tests.sources import FILES, ROOT, name_of, nodes_of

# What is made of one wording per language, and the languages that a call of it names in order.
SPOKEN = ("Text", "Words", "Said", "quoting")
CHINESE = re.compile("[\u4e00-\u9fff]")


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a file by the name that is called; the layout has a Text of its own."""
    spoken_here = file.name == "bilingual.py" or any(
        isinstance(node, ast.ImportFrom)
        and str(node.module).endswith((".bilingual", ".explanation", ".published"))
        and {alias.name for alias in node.names} & set(SPOKEN)
        for node in nodes_of(file)
    )
    for node in nodes_of(file):
        if isinstance(node, ast.Call):
            named = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            named = node.func.id if isinstance(node.func, ast.Name) else named
            if spoken_here or named not in SPOKEN:
                yield named, node


def wordings(call: ast.Call) -> dict[str, ast.expr]:
    """The wordings of a Text by language; a star stands for as many as there are languages."""
    if any(isinstance(part, ast.Starred) for part in call.args):
        return {}
    named = {word.arg: word.value for word in call.keywords if word.arg in LANGUAGES}
    return {**dict(zip(LANGUAGES, call.args, strict=False)), **named}


def spoken() -> Iterator[tuple[str, set[str]]]:
    """Every place where something is said, with the languages in which it is said."""
    for file in FILES:
        for named, call in calls(file):
            place = f"{name_of(file)}:{call.lineno}"
            if named in SPOKEN and (found := set(wordings(call))):
                yield place, found
            elif named == "register" and (found := {w.arg for w in call.keywords} & {*LANGUAGES}):
                yield place, {str(language) for language in found}
    yield from in_tables(tomllib.loads((ROOT / "resnet_core/documents.toml").read_text("utf-8")))
    for phrase in phrases():
        yield (
            f"messages.po: {phrase}",
            {
                language
                for language in LANGUAGES
                if language == "en" or phrase in translated(language)
            },
        )


def in_tables(value: object, place: str = "documents.toml") -> Iterator[tuple[str, set[str]]]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from in_tables(item, f"{place}[{at}]")
    elif isinstance(value, dict) and "en" in value:
        yield place, {language for language, words in value.items() if words}
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from in_tables(item, f"{place}.{name}")


@cache
def translated(language: str) -> frozenset[str]:
    """The texts of the templates that the catalogue of a language says."""
    if not catalogue_file(language).exists():
        return frozenset()
    return frozenset(str(message.id) for message in catalogue(language) if message.string)


def missing(language: str) -> list[str]:
    """Every place where a language is missing."""
    return [place for place, found in spoken() if language not in found]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_in_a_language_that_is_spoken(language: str) -> None:
    assert missing(language) == []


@pytest.mark.slow
def test_what_a_third_language_lacks_is_counted_and_named() -> None:
    places = missing("eo")
    assert len(places) == len(list(spoken()))
    rooms = Counter(re.split(r"[:\[.]", place)[0] for place in places)
    for room in ("resnet_core/errors", "resnet_core/language/terms", "app/http/problems",
                 "resnet_core/blocks/basic", "documents", "messages"):  # fmt: skip
        assert rooms[room], room
    assert all(re.match(r"[\w/]+\.py:\d+$|documents\.toml|messages\.po: ", at) for at in places)


def test_no_wording_is_empty() -> None:
    assert [
        f"{name_of(file)}:{call.lineno}"
        for file in FILES
        for named, call in calls(file)
        # A part of a sentence may need no words in one language.
        if named in SPOKEN and named != "Words"
        for words in wordings(call).values()
        if isinstance(words, ast.Constant) and not words.value
    ] == []


def beside_a_text(file: Path) -> Iterator[str]:
    """Where Chinese stands in a file that is not one wording among all the others."""
    within = {
        id(part)
        for named, call in calls(file)
        if named in (*SPOKEN, "register")
        for part in ast.walk(call)
    }
    for node in nodes_of(file):
        words = node.value if isinstance(node, ast.Constant) else None
        if isinstance(words, str) and CHINESE.search(words) and id(node) not in within:
            yield f"{name_of(file)}:{node.lineno}"


def test_chinese_stands_in_a_text() -> None:
    assert [place for file in FILES for place in beside_a_text(file)] == []


def test_a_text_with_an_empty_wording_is_refused() -> None:
    with pytest.raises(ValueError, match="empty in zh"):
        Text("something", "")


def test_values_are_put_into_every_wording() -> None:
    path = Text("the main path", "主路")
    said = Text("{1:,} channels on {0}", "{0}有 {1:,} 个通道").format(path, 1024)
    assert said == Text("1,024 channels on the main path", "主路有 1,024 个通道")
    assert same("se") == Text("se", "se")
    assert said.mapped(str.upper)["en"] == "1,024 CHANNELS ON THE MAIN PATH"
    assert clauses(same("a"), None, same("b"))["zh"] == "a；b"


@pytest.mark.parametrize("width", range(12, 60))
def test_a_list_that_is_wrapped_keeps_its_commas(width):
    text = "it looks at values (if, .item(), a mask), and a trace has shapes only"
    lines = listed(text, width)
    assert " ".join(lines) == text
    assert max(map(len, lines)) <= width
