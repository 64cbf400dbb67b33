"""What is said of the five documents' code holds."""

from __future__ import annotations

import pytest

from resnet_core import draw
from resnet_core.documents import DOCUMENTS, documents_of
from resnet_core.registry import BLOCKS, NETWORKS

QUERIES = [
    query
    for document in DOCUMENTS
    for system in document.systems
    for query in (system.query, *(item for _, item in system.also))
]


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
    assert documents_of("bottleneck") == ("bottleneck-and-basic-block", "stacking-blocks")
    assert documents_of("res2net") == ()
