"""What a worker keeps is bounded by its size, and so is the largest picture."""

from __future__ import annotations

import pytest

from app.workers import jobs
from app.workers.jobs import Refusal
from resnet_core.diagram import diagram

DEEP = [("model", "hornet"), ("depths", "40,40,40,40")]


@pytest.mark.slow
def test_graphs_are_kept_by_their_size_not_by_their_number() -> None:
    kept = []
    for side in range(64, 72):
        asked = [*DEEP, ("input", str(side))]
        jobs.render(asked, "csv")
        graphs = list(diagram._GRAPHS.values())
        kept.append(sum(len(graph.nodes) for graph in graphs))
    assert max(kept) <= diagram.NODES_KEPT
    # All eight together would be more, so some have been forgotten.
    largest = max(len(graph.nodes) for graph in graphs)
    assert 8 * largest > diagram.NODES_KEPT


@pytest.mark.slow
def test_a_png_of_more_than_forty_megapixels_is_refused_with_one_that_fits() -> None:
    query = {
        "model": "resnet",
        "layers": "1,1,1,1",
        "attention": "cbam",
        "detail": "op",
        "fold": "false",
        "labels": "path,params,macs,rf,shape,memory",
    }
    with pytest.raises(Refusal) as refused:
        jobs.render([*query.items(), ("scale", "3")], "png")
    width, height = (
        int(side.replace(",", ""))
        for side in str(refused.value.error).partition(" pixels")[0].rpartition(" ")[2].split("×")
    )
    # Either side alone would be allowed.
    assert max(width, height) < 32_000
    assert width * height > 40_000_000
    assert refused.value.fix is not None
    assert jobs.render([*query.items(), ("scale", "1")], "png").startswith(b"\x89PNG")
