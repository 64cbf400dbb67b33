"""The Mermaid form: every box and wire, legal names, quoted labels."""

from __future__ import annotations

import html
import json
import re

import pytest

from resnet_core import TooLarge, draw
from resnet_core.formats.mermaid import identifiers
from tests.subjects import drawable, named

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
ID = r"[A-Za-z][A-Za-z0-9_]*"
LABEL = r'"[^"#&<>]*(?:(?:#[a-z0-9]+;|<br/>)[^"#&<>]*)*"'
NODE = re.compile(rf"^ +({ID})(?:\[{LABEL}\]|\(\[{LABEL}\]\)|\(\({LABEL}\)\)):::({ID})$")
LINK = re.compile(rf"^  ({ID}) (-->|==>|-\.->)(?:\|({LABEL})\|)? ({ID})$")
GROUP = re.compile(rf"^ +subgraph ({ID})\[{LABEL}\]$")
STYLE = re.compile(r"^  (?:classDef|linkStyle|style) [\w,]+ [\w:#,.-]+$")


@pytest.mark.parametrize("detail", ["op", "block", "stage"])
@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_every_box_and_wire_is_there_under_legal_names(kind, name, detail):
    drawing = draw(**{kind: name}, detail=detail)
    front, _, body = drawing.mermaid.removeprefix("---\n").partition("\n---\n")
    assert drawing.subject.title in json.loads(front.splitlines()[0].removeprefix("title: "))
    first, *lines = body.splitlines()
    assert first == "flowchart TB"
    nodes, links, depth = [], [], 0
    for line in lines:
        if found := NODE.match(line):
            nodes.append(found[1])
        elif found := LINK.match(line):
            links.append((found[1], found[4]))
        elif GROUP.match(line):
            depth += 1
        elif line.strip() == "end":
            depth -= 1
        else:
            assert STYLE.match(line) or line == f"%% {drawing.url}", line
    assert depth == 0
    shown = drawing.shown
    ids = identifiers("n", [node.id for node in shown.nodes])
    assert sorted(nodes) == sorted(ids[node.id] for node in shown.nodes)
    assert links == [(ids[edge.source], ids[edge.target]) for edge in shown.edges]


def test_names_are_stable_and_each_its_own():
    assert identifiers("n", ["a.b", "a_b", "end", "relu:2"]) == {
        "a.b": "n_a_b",
        "a_b": "n_a_b_2",
        "end": "n_end",
        "relu:2": "n_relu_2",
    }


def test_shortcuts_are_thick_and_named_and_gates_are_dotted():
    made = draw(block="bottleneck", attention="se").mermaid
    assert 'n_input ==>|"identity"| n_add' in made
    assert "n_bn3 -.-> n_attention_avgpool" in made
    assert 'n_add(("⊕")):::joint' in made
    assert 'n_attention_mul(("⊗")):::joint' in made


def test_every_class_and_every_wire_has_its_colour():
    drawing = draw(model="seresnet50", expand="layer1.0", theme="dark")
    made = drawing.mermaid
    assert set(re.findall(r":::(\w+)", made)) == set(re.findall(r"classDef (\w+)", made))
    styled = [at for text in re.findall(r"linkStyle (\S+)", made) for at in text.split(",")]
    assert sorted(map(int, styled)) == list(range(len(drawing.shown.edges)))
    assert "classDef conv fill:#16304f" in made


def test_labels_keep_what_mermaid_would_take_for_its_own():
    from resnet_core.formats.mermaid import quoted

    wild = 'a "b" #1 <c> & `d` *e* _f_ + {g} [h] | \\'
    label = quoted([wild])
    assert re.fullmatch(LABEL, label)
    back = re.sub(r"#(\d+|quot);", r"&#\1;", label[1:-1]).replace("&#quot;", "&quot;")
    assert html.unescape(back) == wild
    assert quoted(["layer_norm"]) == '"layer_norm"'


def test_the_direction_and_the_failure_are_drawn():
    made = draw(block="residual_attention", stride=2, direction="LR").mermaid
    assert "flowchart LR\n" in made
    assert "✗ ⊕ shapes do not fit<br/>main path 64×14×14, shortcut 64×28×28" in made
    assert ":::problem" in made
    assert made.encode() == draw(
        block="residual_attention", stride=2, direction="LR"
    ).render("mmd")  # fmt: skip


def test_a_chart_too_large_for_mermaid_is_refused():
    with pytest.raises(TooLarge, match="Mermaid draws at most"):
        draw(model="resnet152", detail="op", fold=False).mermaid  # noqa: B018
