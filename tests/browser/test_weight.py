"""A page is light: the pictures may take their time, what stands around them does not."""

from __future__ import annotations

import pytest

from tests.browser.weight import weight

MOST = 180_000
HEAVIEST = ("/?model=resnet152&detail=op&fold=false", "/?model=resnet152", "/gallery", "/reference")


@pytest.mark.parametrize("path", HEAVIEST)
def test_a_page_weighs_less_than_180_kb(visit, path):
    found = weight(visit.blank(), visit.address + path)
    assert {"document", "stylesheet", "script"} <= set(found)
    assert found.total() - found["image"] < MOST, found


def test_a_reader_who_cannot_unpack_gets_a_plain_page(visit):
    page = visit.blank(extra_http_headers={"Accept-Encoding": "identity"})
    answer = page.goto(visit.address + "/?model=resnet152")
    assert "content-encoding" not in answer.headers
    assert "ResNet-152" in page.title()
