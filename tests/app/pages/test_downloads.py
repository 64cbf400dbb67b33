"""The files that a page offers: only those that can be made, and called what they are."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

OFFERED = re.compile(r'<li><a href="([^"]+)" download="([^"]+)">(PNG \d×)</a>')


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", ["block=bottleneck&stride=2", "model=resnet50&detail=op&fold=false"]
)
def test_a_png_is_offered_where_it_can_be_made(client: TestClient, query: str) -> None:
    found = OFFERED.findall(client.get(f"/?{query}").text)
    offered = {int(label[4]) for _, _, label in found}
    for scale in range(1, 5):
        answer = client.get(f"/diagram.png?{query}&scale={scale}") if scale in (1, 4) else None
        if answer is not None:
            assert (answer.status_code == 200) == (scale in offered), scale
    for address, name, label in found:
        scale = int(label[4])
        assert (f"scale={scale}" in address) == (scale > 1)
        assert name.endswith(".png" if scale == 1 else f"@{scale}x.png")
