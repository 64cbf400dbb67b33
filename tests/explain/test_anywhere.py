"""One setting at random, and on it all that holds at every setting: drawn and told once.

The second computations are those of the files beside this one: numbers of both languages against
one another, words against modules, shares against ``state_dict`` and against a run.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from resnet_core import build, draw
from resnet_core.diagram.form import choices_of, properties
from resnet_core.errors import ResnetDiagramError
from resnet_core.registry import BLOCKS, NETWORKS
from tests.conftest import hunting
from tests.explain.test_explain import agree
from tests.explain.test_premises import there, told
from tests.explain.test_shares import compared

SIZES = ("1", "2", "5", "7", "8", "9x6", "20", "31x44")
# Networks small enough to be run; a stage is what most of their words are about.
STACKS: tuple[dict[str, Any], ...] = (
    {"model": "stage", "blocks": 1}, {"model": "stage", "blocks": 2}, {"model": "stage"},
    {"model": "resnet_cifar", "depth": 8}, {"model": "hornet_stage", "depths": "1,1,1,1"},
    {"model": "vgg_backbone"},
)  # fmt: skip
GAP = re.compile(r"[\u4e00-\u9fff] [\u4e00-\u9fff]|  |\.\.|。。|None|\{|\}|\d %")


@st.composite
def anything(choose: st.DrawFn) -> dict[str, Any]:
    """A block four times in five, else a stage or a small network; any knobs, sensible or not."""
    if choose(st.integers(0, 4)) == 0:
        fixed = choose(st.sampled_from(STACKS))
        subject = NETWORKS[fixed["model"]]
    else:
        subject = choose(st.sampled_from([*BLOCKS.values()]))
        fixed = {"block": subject.name}
    setting = {"input": choose(st.sampled_from(SIZES)), "batch": choose(st.sampled_from((1, 3)))}
    for name, schema in properties(subject.params).items():
        few = [schema["default"], 1, 2, 3, 4, 32, 48] if "minimum" in schema else [
            schema["default"]]  # fmt: skip
        setting[name] = choose(st.sampled_from(choices_of(schema) or few))
    return setting | fixed


@pytest.mark.slow
# How often, and whether at random, is a profile of tests/conftest.py. What a random search found
# stands here by name.
@example(setting={"block": "inverted_residual", "input": "1", "norm_layer": "instance"})
@example(setting={"block": "res2net", "input": "1", "norm_layer": "instance"})
@example(setting={"block": "residual_attention", "input": "9x6", "stride": 3})
@example(setting={"model": "hornet_stage", "input": "2", "index": 3, "depths": "1,1,1,1"})
@settings(max_examples=2000 if hunting() else 200)
@given(setting=anything())
def test_whatever_is_said_is_so_at_any_setting(setting: dict[str, Any]) -> None:
    structure = {name: value for name, value in setting.items() if name not in ("input", "batch")}
    try:
        diagram = draw(**setting)
        graph = diagram.graph
        with torch.device("meta"):
            module = build(**structure)
    except ResnetDiagramError:
        assume(False)  # what is refused need not be explained
    english, chinese = diagram.explain("en"), diagram.explain("zh")
    agree(english, chinese)
    for text in (*told(english), *told(chinese)):
        there(setting, graph, module, text)
        assert not GAP.search(text), text
    if graph.problem is None:
        for words, true in compared(setting, diagram, english, module):
            assert true, words
