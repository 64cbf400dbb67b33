"""Pages as they are copied whole: code is found between the prose, and nothing is lost unsaid."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core import draw_source
from resnet_core.diagram.lookalike import lookalike, said
from resnet_core.source.budget import LONGEST_SOURCE
from resnet_core.source.copied_page import readings, restored
from resnet_core.source.offer import offer_of, offers
from resnet_core.source.passages import passages
from resnet_core.source.program import Program
from tests.source.styles import STYLES
from tests.source.test_listings import LISTINGS

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(
    (Path(__file__).parent / "documents").glob("*.txt"))}  # fmt: skip
# The places of each page where code stands: what is drawn of it, and what of the catalogue it is.
PLACES: dict[str, list[tuple[str, str | None]]] = {
    "000": [
        ("Bottleneck(256, 64)", "bottleneck"),
        ("Bottleneck(256, 64)", "bottleneck"),
        ("BasicBlock(64, 64)", "basic"),
    ],
    "001": [
        ("Bottleneck(256, 64)", "bottleneck"),
        ("ResNet(Bottleneck, [3, 4, 6, 3])", "resnet50"),
    ],
    "002": [
        ("ResidualLayer(64, 64)", "residual_layer"),
        ("ResDown(64, 64, 1)", "bottleneck with inplanes=64"),
        ("ResNet(Bottleneck, [3, 4, 6, 3])", "resnet50"),
        ("HorNet(0, 3, [2, 2, 6, 2], 64)", None),
        ("Backbone_VGG('vgg16', True)", None),
    ],
    "003": [
        ("ResNet(BasicBlock, [3, 4, 6, 3])", "resnet34"),
        ("BasicBlock(64, 64)", "basic"),
        ("Bottleneck(256, 64)", "bottleneck"),
    ],
    "004": [("ResidualBlockWithAttention(64, 64)", "residual_attention")],
}
CHOICES = [(name, number) for name, rows in PLACES.items() for number, _ in enumerate(rows, 1)]


def same_code(one: str, other: str) -> bool:
    return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))


@pytest.mark.parametrize("name", PLACES)
def test_a_page_that_is_copied_whole_is_drawn(name: str) -> None:
    whole = restored(PAGES[name])
    assert whole.changed
    drawing = draw_source(whole.text)
    assert drawing.graph.problem is None
    assert all(node.source for node in drawing.graph.nodes if node.kind in ("module", "function"))
    wanted = len(PLACES[name])
    assert len(whole.parts) == (wanted if wanted > 1 else 0)


@pytest.mark.parametrize(("name", "number"), CHOICES)
def test_each_place_of_a_page_is_a_choice(name: str, number: int) -> None:
    whole = restored(PAGES[name], number)
    made = offers(Program(whole.text))
    if whole.parts:
        assert whole.parts[number - 1].taken
        made = [offer for offer in made if offer.name in whole.parts[number - 1].names]
    drawing = draw_source(whole.text, made[0].call())
    call, known = PLACES[name][number - 1]
    assert drawing.call == call
    assert drawing.graph.problem is None
    twin = lookalike(drawing.graph)
    assert (said(twin)["en"] if twin else None) == (known and f"This is {known}")


@pytest.mark.parametrize("name", PLACES)
def test_all_that_is_left_out_stands_in_the_difference(name: str) -> None:
    whole = restored(PAGES[name])
    assert any(note["en"] == "words that are no code stood in it" for note in whole.notes)
    shown = whole.difference()
    kept = {line.strip() for line in whole.text.splitlines()}
    gone = {line[1:].strip() for line in shown if line.startswith("-")}
    for line in PAGES[name].splitlines():
        assert line.strip() in gone | kept


def test_listings_in_a_page_are_what_they_are_alone() -> None:
    for name, number, listing in (
        ("001", 1, "001_bottleneck"), ("001", 2, "001_stack"), ("002", 3, "002_resnet"),
        ("002", 4, "002_hornet"), ("002", 5, "002_vgg"), ("004", 1, "004_attention"),
    ):  # fmt: skip
        alone, there = restored(LISTINGS[listing]).text, restored(PAGES[name], number).text
        defined = {node.name: node for node in ast.parse(there).body
                   if isinstance(node, ast.ClassDef)}  # fmt: skip
        for node in ast.parse(alone).body:
            if isinstance(node, ast.ClassDef):
                assert ast.dump(defined[node.name]) == ast.dump(node)


def test_two_classes_of_one_name_are_two_choices() -> None:
    first, second = (restored(PAGES["000"], number) for number in (1, 2))
    assert "norm_layer" in first.text
    assert "norm_layer" not in second.text
    assert "rate" in second.text
    told = [note["en"] for note in restored(PAGES["000"]).notes]
    assert told[-1].startswith("Bottleneck stands there more than once")


def test_a_network_is_made_of_the_blocks_of_its_page() -> None:
    text = restored(PAGES["003"], 1).text
    assert [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)] == [
        "ResNet", "BasicBlock", "Bottleneck"
    ]  # fmt: skip
    assert "ResidualLayer" not in restored(PAGES["002"], 2).text


HELPERS = """First we need a convolution:

```python
def conv3x3(i, o):
    return nn.Conv2d(i, o, 3, padding=1, bias=True)
```

It keeps the size. Now the block (please look at its bias):

```python
class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = conv3x3(c, c)

    def forward(self, x):
        return x + self.conv(x)
```

And that is all. Hope it helps!
"""


def test_what_a_place_uses_of_another_one_comes_with_it() -> None:
    for part in (None, 2):
        whole = restored(HELPERS, part)
        drawing = draw_source(whole.text, "Block(8)", "1x8x4x4")
        assert drawing.graph.totals.params == 8 * 8 * 9 + 8
        assert drawing.assumptions == []
    assert "class" not in restored(HELPERS, 1).text


SPOKEN = """The constructor is short:
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(
            3, 8, 3,
            padding=1,
        )
        self.fc, *rest = nn.Linear(8, 2), 1
And forward does what you expect, as everybody knows.
    def forward(self, x):
        \"\"\"It pools
        before it classifies.\"\"\"
        x = self.conv(x).mean((2, 3))
        return self.fc(x)
If anything is unclear, ask me (I answer in the evening).
"""


def test_a_class_goes_on_after_prose() -> None:
    (found,) = passages(SPOKEN)
    assert (found.first, found.last) == (2, 15)
    kept = [line for number, line in enumerate(SPOKEN.splitlines(), 1) if number not in (1, 10, 16)]
    assert same_code(restored(SPOKEN).text, "\n".join(kept))


def test_a_place_that_cannot_be_read_is_named() -> None:
    page = HELPERS + "\nMy own try:\nself.conv = nn.Conv2d(3, 8, 3\nself.other = = 3\n"
    whole = restored(page)
    assert same_code(whole.text, restored(HELPERS).text)
    (said_of,) = [note for note in whole.notes if "look like code" in note["en"]]
    first, last = map(int, re.findall(r"\d+", said_of["en"]))
    assert page.splitlines()[first - 1].startswith("self.conv = nn.Conv2d(3")
    assert page.splitlines()[last - 1].startswith("self.other")
    assert "没有采用" in said_of["zh"]


def test_code_without_prose_is_no_page() -> None:
    for source, _, _ in STYLES.values():
        assert not restored(source).parts
    words = "I have a question. Which network is best for me?\nThank you (very much) for all."
    assert passages(words) == []
    assert restored(words).text == words


def test_a_choice_that_is_not_there_chooses_nothing() -> None:
    assert restored(PAGES["001"], 9) == restored(PAGES["001"])
    assert readings(PAGES["001"], 9)[0] == restored(PAGES["001"])


def test_the_offer_of_a_place_is_of_its_names() -> None:
    made = offers(Program(restored(PAGES["001"]).text))
    assert offer_of(made, ["Bottleneck"]) == made[1]
    assert offer_of(made, []) is None


# What would take long if a pattern looked at the same letters again and again.
LONG = (
    "class a(", "def a(", "a, ", "a.a", "if ", "for x in ", "'", '"', "```", "# if a ", "import a ",
    "a=", "1 ", ">>> ", "解释class A(nn.Module): def f(self): ", "self.a = nn.B(\n", "词\nself.a = 1\n",
    "class A(nn.Module):\n词\n", "词\ndef f(self):\n", "    ", "return\n词\nself.x = 1\n", "# elif x",
    '"""\n', "def f(self): return x\n词词\n", "class A(B, B): x\nWords.\n",
)  # fmt: skip


@pytest.mark.parametrize("letters", LONG)
def test_a_long_page_is_read_in_time(letters: str) -> None:
    page = (letters * LONGEST_SOURCE)[: LONGEST_SOURCE - 60]
    page = "# class A(nn.Module): self.x = nn.B(" + page
    began = time.thread_time()
    readings(page)
    assert time.thread_time() - began < 3


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PAGES["002"].splitlines(), *PAGES["003"].splitlines()])))
def test_lines_in_any_order_are_python_or_left(lines: list[str]) -> None:
    page = "\n".join(lines)
    whole = restored(page)
    assert whole.text == page or ast.parse(whole.text)
