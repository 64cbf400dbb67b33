"""The table of what costs how much, beside a picture that is coloured by costs."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from resnet_core.diagram.diagram import Diagram
from resnet_core.language.terms import percent

ROW = re.compile(r'<tr data-group="([^"]+)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'<td[^>]* title="([\d,]+)">([^<]*)</td>')


def told(page: str) -> dict[str, list[tuple[int, str]]]:
    """By part: parameters, multiply-adds and activations, each as a number and as a share."""
    table = page.partition('<table class="shares"')[2].partition("</table>")[0]
    return {
        name: [(int(number.replace(",", "")), share) for number, share in CELL.findall(cells)]
        for name, cells in ROW.findall(table)
    }


@pytest.mark.parametrize("color", ["params", "macs", "memory"])
def test_the_shares_of_a_block_are_those_in_its_boxes(client: TestClient, color: str) -> None:
    page = client.get(f"/?block=bottleneck&stride=2&color={color}&lang=en").text
    found = told(page)
    place = ("params", "macs", "memory").index(color)
    assert "downsample.0" in found
    shown = re.findall(r'data-node="([^"]+)".*?</g>', page.partition("<svg")[2], re.DOTALL)
    for name, cells in found.items():
        assert name in shown
        box = page.partition(f'data-node="{name}"')[2].partition("</g>")[0]
        number, share = cells[place]
        # A sum is a sign without words: there the table alone says it.
        assert (share in box) == bool(number) or name == "add"


def test_the_parts_of_a_network_have_the_parameters_of_its_modules(client: TestClient) -> None:
    page = client.get("/?model=resnet18&color=params&lang=zh").text
    assert "各部分的开销占比" in page
    found = told(page)
    diagram = Diagram.of([("model", "resnet18")])
    model = diagram.subject.build(diagram.parameters)
    own = {name: sum(part.numel() for part in module.parameters())
           for name, module in model.named_children()}  # fmt: skip
    assert {name: cells[0][0] for name, cells in found.items()} == {
        name: own.get(name, 0) for name in found
    }
    whole = sum(own.values())
    assert found["layer4"][0][1] == percent(own["layer4"], whole)
    # Each cost of all parts is that of the whole.
    totals = diagram.graph.totals
    assert sum(cells[1][0] for cells in found.values()) == totals.macs
    assert sum(cells[2][0] for cells in found.values()) == totals.activations


def test_where_nothing_is_drawn_nothing_is_shared_out(client: TestClient) -> None:
    page = client.get("/?block=basic&base_width=1&color=params")
    assert page.status_code == 422
    assert '<table class="shares"' not in page.text


@pytest.mark.parametrize("query", ["", "&color=macs&shortcut=identity"])
def test_there_is_none_where_no_costs_are_shown_or_nothing_runs(
    client: TestClient, query: str
) -> None:
    assert "shares" not in client.get(f"/?block=bottleneck&stride=2{query}").text
