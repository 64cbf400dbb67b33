"""The address of a comparison, and mistakes in it."""

from __future__ import annotations

import pytest

from resnet_core import ParameterError, UnknownParameter, compare, draw
from resnet_core.compare import asked

V15, V1 = {"model": "resnet50"}, {"model": "resnet50", "stride_on": "conv1"}
PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}


def test_the_address_holds_both_structures_and_the_view():
    found = compare(draw(**V15, theme="dark"), draw(**V1), view="side")
    assert found.url == (
        "/compare?a=model%3Dresnet50&b=model%3Dresnet50%26stride_on%3Dconv1&theme=dark&view=side"
    )
    again = asked(found.query)
    assert again.url == found.url
    assert again.svg == found.svg


def test_what_the_two_drawings_want_of_the_view_is_kept():
    found = compare(draw(**PLAIN, theme="dark"), draw(**SE, lang="zh", theme="light"))
    assert (found.options.theme, found.options.lang) == ("dark", "zh")
    assert compare(found.a, found.b, lang="en").options.lang == "en"


def test_a_mistake_in_a_side_is_told_with_its_side():
    with pytest.raises(ParameterError, match=r"^b=block=basic&stride=9: stride=9: it is not"):
        asked([("a", "block=basic"), ("b", "block=basic&stride=9")])
    with pytest.raises(ParameterError, match="name what to compare"):
        asked([("a", "block=basic")])
    with pytest.raises(ParameterError, match="given more than once"):
        asked([("a", "block=basic"), ("a", "block=basic")])
    with pytest.raises(UnknownParameter):
        compare(draw(**PLAIN), draw(**SE), colour="red")
    with pytest.raises(ParameterError, match="view=both"):
        compare(draw(**PLAIN), draw(**SE), view="both")
