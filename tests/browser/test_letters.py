"""Every text of every picture is inside its box, in the reader's font whatever that is."""

from __future__ import annotations

import pytest

from docs.contact_sheet import FAILURES, VARIANTS
from resnet_core import draw
from tests.browser.fonts import rules
from tests.subjects import drawable

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
SUBJECTS = [{subject.kind: subject.name} for subject in drawable()]
ACROSS = ({"block": "bottleneck"}, {"block": "horblock"}, {"block": "res2net"}, *FAILURES)
EVERYTHING = "path,params,macs,rf,shape,memory"
PICTURES = (
    *SUBJECTS,
    *VARIANTS,
    *FAILURES,
    *({**item, "direction": "LR", "detail": "op"} for item in ACROSS),
    *(
        {**value, "labels": EVERYTHING}
        for value in ({"block": "bottleneck"}, {"model": "resnet18"})
    ),
    {"model": "resnet18", "direction": "LR"},
    {"model": "seresnet50", "detail": "layer", "expand": "layer1.0"},
    {"block": "bottleneck", "stride": 2, "shapes": "symbolic"},
)
STRETCHES = {"own": 1, "wide": 1.25, "narrow": 0.8}

# A text belongs to the shape that stands in its group; a text without one has the paper for
# itself, as far as no box stands there.
OUTSIDE = """async (font) => {
  document.querySelector('#font').textContent = font;
  await Promise.all([...document.fonts].map((each) => each.load()));
  const SLACK = 0.5;
  const ends = (box) => [box.x, box.y, box.x + box.width, box.y + box.height];
  const inside = (text, shape) => {
    const [left, top, right, bottom] = ends(text), [west, north, east, south] = ends(shape);
    return left >= west - SLACK && right <= east + SLACK
        && top >= north - SLACK && bottom <= south + SLACK;
  };
  const apart = (text, shape) => {
    const [left, top, right, bottom] = ends(text), [west, north, east, south] = ends(shape);
    return right <= west + SLACK || left >= east - SLACK
        || bottom <= north + SLACK || top >= south - SLACK;
  };
  const found = [];
  for (const picture of document.querySelectorAll('svg')) {
    const name = picture.querySelector('metadata').textContent;
    const boxOf = (group) => group.querySelector(':scope > :is(rect, ellipse, polygon, path)');
    const boxes = [...picture.querySelectorAll('.node')].map((each) => boxOf(each).getBBox());
    const paper = boxOf(picture.querySelector('.paper')).getBBox();
    for (const text of picture.querySelectorAll('text')) {
      const group = text.parentElement, own = group.matches('.node, .frame');
      const box = text.getBBox();
      const fits = own ? inside(box, boxOf(group).getBBox())
        : inside(box, paper) && boxes.every((each) => apart(box, each));
      if (!fits) found.push(`${name}: ${text.textContent}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module", params=["en", "zh"])
def drawn(request):
    """All pictures on one page."""
    return "".join(draw(**picture, lang=request.param).svg for picture in PICTURES)


@pytest.fixture
def leaving(blank):
    """The texts that leave their boxes on a page of pictures, by the font that they are read in."""

    def read(pictures: str, font: str, *, length: bool = True):
        blank.set_content(f'<style id="font"></style>{pictures}')
        if not length:
            blank.eval_on_selector_all(
                "text", "all => all.map(t => t.removeAttribute('textLength'))"
            )
        return blank.evaluate(OUTSIDE, rules(font, STRETCHES[font]))

    return read


@pytest.mark.parametrize("font", STRETCHES)
def test_every_text_is_inside_its_box_in_any_font(leaving, drawn, font):
    assert leaving(drawn, font) == []


def test_without_its_given_length_text_would_leave_its_box(leaving):
    picture = draw(block="bottleneck", stride=2).svg
    assert leaving(picture, "own", length=False) == []
    assert len(leaving(picture, "wide", length=False)) > 3
