"""What a block says of itself: its noun in both languages, and how its channels follow."""

from __future__ import annotations

import pytest

from resnet_core import draw
from resnet_core.bilingual import Noun
from resnet_core.registry import BLOCKS

# Blocks with an expansion of 1 refuse groups: they have no middle that could be split.
SETTINGS = [{}, {"planes": 24}, {"inplanes": 96}, {"groups": 2, "base_width": 32}, {"scales": 2}]


@pytest.mark.parametrize("block", BLOCKS.values(), ids=lambda block: block.name)
def test_a_block_has_a_noun_in_both_languages(block):
    noun = block.factory.noun
    assert isinstance(noun, Noun)
    article, _, bare = noun.one.en.partition(" ")
    assert article in ("a", "an")
    assert bare[0].lower() == noun.several[0].lower()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in noun.one.zh)
    (sentence, *_) = draw(block=block.name).explain("en").paragraphs
    assert bare in sentence.lead


CASES = [
    pytest.param(block, setting, id=f"{block.name}-{','.join(setting) or 'defaults'}")
    for block in BLOCKS.values()
    for setting in SETTINGS
    if set(setting) <= set(block.params.model_fields)
    if not (block.expansion == 1 and "groups" in setting)
]


@pytest.mark.parametrize(("block", "setting"), CASES)
def test_the_widths_that_a_block_states_are_those_of_its_layers(block, setting):
    widths = getattr(block.factory, "widths", {})
    drawing = draw(block=block.name, **setting)
    found = {name: [] for name in widths}
    for call in drawing.graph.calls:
        name = call.path.split(".")[0]
        if name in widths and call.role in ("conv", "linear"):
            found[name].append(call.shape[1] if call.role == "conv" else call.shape[-1])
    for name, rule in widths.items():
        expected = eval(rule.replace("·", "*"), {"__builtins__": {"int": int}}, drawing.values)
        assert set(found[name]) <= {expected}
        assert found[name] or name == "downsample"
