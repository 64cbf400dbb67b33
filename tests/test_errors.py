"""Errors: both languages, and whole after they have crossed between processes."""

from __future__ import annotations

import pickle

import pytest

from resnet_core import ParameterError, UnknownParameter, UnknownSubject, draw
from resnet_core.bilingual import Text, clauses, same


@pytest.mark.parametrize(
    ("parameters", "kind", "english", "chinese"),
    [
        (
            {"block": "basic", "srtide": 2},
            UnknownParameter,
            "basic has no parameter 'srtide'; did you mean 'stride'?",
            "basic 没有参数 'srtide'；是不是想写 'stride'？",
        ),
        (
            {"block": "bottlneck"},
            UnknownSubject,
            "there is no block 'bottlneck'; did you mean 'bottleneck'?",
            "没有名为 'bottlneck' 的块；是不是想写 'bottleneck'？",
        ),
        (
            {"model": "resnet", "layers": "999,1,1,1"},
            ParameterError,
            "that is 1,002 blocks",
            "这样一共有 1,002 个块",
        ),
        (
            {"model": "resnet", "layers": "1,2"},
            ParameterError,
            "it is not four numbers from 1 to 999, such as 3,4,6,3",
            "不是四个 1 到 999 的数，例如 3,4,6,3",
        ),
    ],
)
def test_an_error_says_why_in_both_languages_before_and_after_a_journey(
    parameters: dict[str, object], kind: type[ParameterError], english: str, chinese: str
) -> None:
    with pytest.raises(kind) as caught:
        assert draw(**parameters).svg
    arrived = pickle.loads(pickle.dumps(caught.value))
    for error in (caught.value, arrived):
        assert type(error) is kind
        assert (error.reason, error.text["zh"]) == (english, chinese)
        assert str(error) == f"{error.parameter}={error.value}: {english}"
    assert (arrived.legal, arrived.mend) == (caught.value.legal, caught.value.mend)


def test_what_is_allowed_is_a_list_or_a_text() -> None:
    rule = ParameterError("a", 1, same("no"), allowed=Text("even numbers", "偶数"))
    assert (rule.allowed, rule.legal) == ("even numbers", Text("even numbers", "偶数"))
    assert ParameterError("a", 1, same("no"), allowed=(2, 4)).allowed == ["2", "4"]


def test_clauses_are_joined_as_each_language_does() -> None:
    one, other = Text("it is {}", "它是 {}"), Text("stop", "停")
    assert clauses(one.format(3), None, other) == Text("it is 3; stop", "它是 3；停")
    assert clauses(one) == one


def test_an_error_in_one_language_says_the_same_in_both():
    error = ParameterError("planes", 7, "it is odd", allowed="an even number")
    assert error.text["zh"] == error.reason == "it is odd"
    assert error.allowed == "an even number"
    assert str(error) == "planes=7: it is odd"
