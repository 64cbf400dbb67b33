"""What is said of the five documents' code holds."""

from __future__ import annotations

import re

import pytest

from resnet_core import draw
from resnet_core.documents import DOCUMENTS, documents_of
from resnet_core.errors import ParameterError
from resnet_core.registry import BLOCKS, NETWORKS

QUERIES = [
    query
    for document in DOCUMENTS
    for system in document.systems
    for query in (system.query, *(item for _, item in system.also))
]


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_every_system_is_drawable(query):
    assert draw(**query).svg.startswith("<svg")


def test_only_the_attention_block_as_written_fails():
    failing = [query for query in QUERIES if draw(**query).graph.problem]
    assert failing == [{"block": "residual_attention", "stride": 2}]


def test_everything_is_told_in_both_languages():
    for document in DOCUMENTS:
        words = [document.title, document.about]
        for system in document.systems:
            words += [system.told, system.truth, *(word for word, _ in system.also)]
            words += [word for claim in system.claims for word in (claim.said, claim.answer)]
            words += [system.drawing] if system.drawing else []
        for sentence in words:
            assert sentence.en
            assert sentence.zh
    for subject in (*BLOCKS.values(), *NETWORKS.values()):
        assert subject.about("en")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in subject.about("zh"))


def test_numbers_that_the_documents_pages_tell():
    assert draw(block="bottleneck").graph.totals.receptive_field == 3
    assert draw(block="bottleneck", rate=2).graph.totals.receptive_field == 5
    biased, plain = draw(block="residual_layer").graph, draw(block="basic").graph
    assert biased.totals.params - plain.totals.params == 128
    assert draw(model="resnet", include_top=False).graph.outputs[0].shape[1:] == (2048, 7, 7)
    backbone = draw(model="vgg_backbone").graph
    assert [shape.shape[1] for shape in backbone.outputs] == [128, 256, 512, 512]
    adds = [node for node in draw(block="residual_attention").graph.nodes if node.role == "add"]
    assert len(adds) == 1
    first = draw(model="resnet18").graph
    assert "layer1.0.downsample.0" not in first.node
    assert "layer1.0.downsample.0" in draw(model="resnet50").graph.node


def test_a_subject_knows_its_documents():
    assert documents_of("bottleneck") == (
        "bottleneck-and-basic-block",
        "stacking-blocks",
        "resnet-18-to-152",
    )
    assert documents_of("res2net") == ()


def test_claims_are_told_true_or_false_and_hold_against_the_trace():
    """Each row: a word of the claim, and what the trace says of it."""
    block, wide = draw(block="bottleneck").graph, draw(block="basic", planes=128).graph
    layer1 = draw(model="stage", inplanes=64, planes=64, blocks=3, stride=1).graph
    head = draw(model="resnet50").graph
    convs = [node for node in block.calls if node.role == "conv"]
    behind = {node.id: block.calls[block.calls.index(node) + 2].role for node in convs}
    attention = draw(block="residual_attention").graph
    strided = draw(block="residual_attention", stride=2, conv2_stride="1").graph
    backbone = draw(model="vgg_backbone", name="vgg16_bn", return_interm_layers=False).graph
    kept = layer1.node["0.downsample.0"]
    facts = {
        "A ReLU follows every": all(role == "activation" for role in behind.values()),
        "expansion widens before": convs[-1].inputs[0][1] == 256,
        "downsample always shrinks": kept.inputs[0][2:] != kept.shape[2:],
        "expansion 1 means": wide.inputs[0].shape[1] == wide.outputs[0].shape[1],
        "_make_layer shrinks": layer1.inputs[0].shape[2:] != layer1.outputs[0].shape[2:],
        "The blocks are basic": convs[0].attributes["kernel_size"] == [3, 3],
        "nn.Sequential runs": True,
        "It convolves the input and": "downsample.0" in draw(block="residual_layer").graph.node,
        "Cut at 44": 224 // backbone.outputs[0].shape[2] == 16,
        "Drawn: no ReLU": attention.calls[2].role != "activation",
        "Drawn: nothing stands": strided.shortcut_into("add") == "identity",
        "The block is a bottle": convs[1].shape[1] > convs[0].inputs[0][1],
        "3×3, 64 means": convs[1].shape[2:] == (3, 3),
        "The output has four times": block.outputs[0].shape[1] == 4 * block.inputs[0].shape[1],
        "Adaptive average pooling": head.node["avgpool"].shape[2:] != (1, 1),
    }
    claims = [claim for doc in DOCUMENTS for system in doc.systems for claim in system.claims]
    for begins, holds in facts.items():
        (claim,) = [claim for claim in claims if claim.said.en.startswith(begins)]
        assert claim.holds == holds, begins


def test_the_second_drawing_names_the_calls_in_their_order():
    system = next(
        system
        for doc in DOCUMENTS
        for system in doc.systems
        if system.name.endswith("(second drawing)")
    )
    drawn = re.findall(r"[a-z]+\d|ReLU|attention|residual", system.drawing.en)
    graph = draw(**system.query).graph
    names = {"relu": "ReLU", "add": "residual"}
    ran = []
    for node in graph.calls:
        name = "attention" if node.group.startswith("attention") else node.path
        name = names.get(name, names.get(node.type, name))
        name = "ReLU" if node.type == "ReLU" and name != "attention" else name
        if ran[-1:] != [name]:
            ran.append(name)
    assert drawn == ran


def test_a_picture_that_is_told_in_words_only_is_not_called_a_drawing():
    told = [system for document in DOCUMENTS for system in document.systems if system.described]
    assert [system.name for system in told] == ["BasicBlock and Bottleneck"]
    assert told[0].query["style"] == "slabs"


def test_what_a_document_says_is_refused_is_refused():
    refused = [system.refused for document in DOCUMENTS for system in document.systems]
    queries = [query for query in refused if query]
    assert queries == [{"block": "basic", "groups": 2}]
    for query in queries:
        with pytest.raises(ParameterError):
            assert draw(**query).graph.calls


def test_the_two_numbers_of_the_hornet_page():
    whole = draw(model="hornet_tiny_7x7", include_top=False).graph.totals.params
    one = draw(model="hornet_stage", index=1, input="56").graph.totals.params
    assert (round(whole / 1e6, 1), round(one / 1e6, 2)) == (21.9, 0.64)


def test_only_one_of_the_two_vgg_backbones_shrinks_16_times():
    sides = [
        draw(model="vgg_backbone", name=name, return_interm_layers=False).graph.outputs[0].shape[2]
        for name in ("vgg16_bn", "vgg16")
    ]
    assert sides == [224 // 32, 224 // 16]


def test_the_first_ascii_drawing_keeps_the_form_it_was_printed_in():
    """Its rules and boxes are as wide as in the document, and its wires meet."""
    attention = DOCUMENTS[-1].systems[0].drawing
    assert attention is not None
    assert attention.en == attention.zh  # its words are English in the document
    rows = attention.en.strip("\n").splitlines()
    assert rows[0] == rows[2] == rows[-1] == "-" * 69
    assert sum("(+)" in row for row in rows) == 2
    assert {row.rindex("|") for row in rows[3:-1]} == {68}
    assert any("(+)" + "-" * 30 + "+" in row for row in rows)
    assert any("(+)" + "-" * 53 + "|" in row for row in rows)
