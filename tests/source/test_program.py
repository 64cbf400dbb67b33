"""A source that is read is the module that Python would have made of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from resnet_core.registry import BLOCKS
from resnet_core.source.program import Program
from resnet_core.trace import trace
from tests.source.executed import bare, catalogue_source, executed
from tests.source.styles import STYLES
from tests.subjects import sampled

KNOBS: dict[str, list[dict[str, Any]]] = {
    "bottleneck": [
        {"stride": 2, "attention": "cbam"},
        {"groups": 32, "base_width": 4, "shortcut": "avgpool", "stride": 2},
        {"norm_layer": "group", "activation": "gelu", "attention": "eca"},
    ],
    "basic": [{"inplanes": 32, "stride": 2, "shortcut": "padded"}, {"attention": "se"}],
    "res2net": [{"stride": 2, "scales": 6}],
    "horblock": [{"order": 5, "drop_path": 0.1}, {"layer_scale": False}],
    "residual_attention": [{"stride": 2}, {"stride": 2, "conv2_stride": "1"}],
}
FILES = {subject.name: subject.factory.__module__.rpartition(".")[2] for subject in BLOCKS.values()}
CASES = [(name, knobs) for name in FILES for knobs in ({}, *KNOBS.get(name, ()))]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "knobs"), CASES, ids=lambda value: str(value) if value else "-")
def test_the_catalogues_own_files_read_as_they_run(name: str, knobs: dict[str, Any]) -> None:
    subject = BLOCKS[name]
    source = catalogue_source(FILES[name])
    values = {**subject.params().model_dump(), **knobs}
    call = f"{subject.factory.__name__}(**{values!r})"
    channels = subject.input_channels(subject.params(**values))
    shapes = [(2, channels, 28, 28)]
    program = Program(source)
    assert bare(trace(lambda: program.build(call), shapes)) == bare(
        trace(lambda: subject.build(subject.params(**values)), shapes)
    )


@pytest.mark.parametrize("name", sampled(STYLES, every=8))
def test_a_source_reads_as_it_runs(name: str) -> None:
    source, call, shapes = STYLES[name]
    run = executed(source, call)
    with torch.device("meta"):
        read = Program(source).build(call)
    assert {key: value.shape for key, value in read.state_dict().items()} == {
        key: value.shape for key, value in run.state_dict().items()
    }
    found = trace(lambda: read, shapes)
    assert found.problem is None
    assert found == trace(lambda: run, shapes)


def test_the_sources_are_many() -> None:
    assert len(STYLES) >= 150
