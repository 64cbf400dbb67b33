"""Errors: both languages, and whole after they have crossed between processes."""

from __future__ import annotations

import pickle

import pytest
import torch
from torch import nn

from resnet_core import (
    GraphvizMissing,
    ParameterError,
    RenderError,
    TraceError,
    UnknownParameter,
    UnknownSubject,
    draw,
    draw_module,
)
from resnet_core.bilingual import Text, clauses, same
from resnet_core.errors import nearest


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
    assert (arrived.legal, arrived.fix) == (caught.value.legal, caught.value.fix)


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


class Ends(nn.Module):
    def forward(self, x):
        raise SystemExit(x.ndim - 1)


class Looks(nn.Module):
    def forward(self, x):
        return x + torch.from_numpy(x.numpy())


class Takes(nn.Module):
    def forward(self, x):
        raise KeyError(x.ndim)


@pytest.mark.parametrize(
    ("module", "english", "chinese"),
    [
        (Ends(), "it ends the program (sys.exit(3))", "它会结束整个程序（sys.exit(3)）"),
        (Looks(), "the forward looks at the values of a tensor", "forward 要看张量里的数值"),
        (Takes(), "KeyError: 4", "KeyError: 4"),
    ],
)
def test_a_module_that_cannot_run_is_told_in_both_languages(
    module: nn.Module, english: str, chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As of a module too large to be run on numbers.
    monkeypatch.setattr("resnet_core.diagram.module._NUMBERS", 0)
    with pytest.raises(TraceError) as caught:
        draw_module(module, (1, 3, 8, 8))
    arrived = pickle.loads(pickle.dumps(caught.value))
    for error in (caught.value, arrived):
        assert str(error) == error.text["en"]
        assert error.text["en"].startswith(f"the module cannot be run: {english}")
        assert error.text["zh"].startswith(f"这个模块无法运行：{chinese}")
        assert error.text["zh"].endswith("行）")


def test_a_missing_graphviz_is_told_in_both_languages_after_a_journey() -> None:
    arrived = pickle.loads(pickle.dumps(GraphvizMissing("libfoo.so")))
    assert type(arrived) is GraphvizMissing
    assert arrived.cause == "libfoo.so"
    assert "libfoo.so" in arrived.text["en"]
    assert "（libfoo.so）" in arrived.text["zh"]
    assert "apt-get install" in arrived.text["zh"]


def test_what_graphviz_says_itself_stands_in_both_languages() -> None:
    error = RenderError("Graphviz: out of memory")
    assert error.text == same("Graphviz: out of memory")


def test_a_fix_is_found_by_its_older_name_too() -> None:
    error = ParameterError("a", 3, same("it is odd"), mend={"a": 2})
    assert error.mend == error.fix == {"a": 2}
    assert ParameterError("a", 3, same("it is odd"), suggestion=4).fix == {"a": 4}


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("plane", ["inplanes", "planes", "stride"], "planes"),
        ("srtide", ["stride", "inplanes"], "stride"),
        ("resent50", ["resnet", "resnet50"], "resnet50"),
        ("Planes", ["planes"], "planes"),
        ("width", ["theme", "base_width"], "base_width"),
        ("kernel", ["kernel_size", "stride"], "kernel_size"),
        ("zn", ["en", "zh"], "zh"),
        ("conv9", ["conv1", "conv2", "conv3"], "conv3"),
        ("groups", ["background", "theme", "lang"], None),
        ("bias", ["basic"], None),
        ("x", ["a", "b"], None),
        ("anything", [], None),
    ],
)
def test_what_was_probably_meant_is_a_slip_away_or_is_not_said(word, known, meant):
    assert nearest(word, known) == meant
