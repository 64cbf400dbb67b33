"""What a structure is beside its names: the subject that equals it, readings that draw another."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Text, same
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.pasted import SourceDrawing, draw_source
from resnet_core.errors import ParameterError
from resnet_core.graph.model import Graph, Node
from resnet_core.registry import BLOCKS, Subject

if TYPE_CHECKING:
    from resnet_core.source.listing import Restored

MOST_CALLS = 60
# A structure is near another one if at most this share of its calls is in one of them alone.
_MOST_APART = 0.5
# Presets by how many convolutions they have: no other is traced to be held against.
_NETWORKS = {20: ("resnet18",), 36: ("resnet34",), 53: ("resnet50",), 13: ("vgg16", "vgg16_bn")}
_VARIED = {
    "shortcut": ("auto", "projection", "identity"),
    "attention": ("none", "se", "cbam", "eca"),
}
# Between the same two shapes these compute the same: a function, and the layer that calls it.
_SAME = {
    "view": "flatten", "reshape": "flatten", "Flatten": "flatten",
    "relu": "ReLU", "relu_": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "elu": "ELU",
    "gelu": "GELU", "silu": "SiLU", "silu_": "SiLU", "mish": "Mish", "sigmoid": "Sigmoid",
    "sigmoid_": "Sigmoid", "tanh": "Tanh", "hardswish": "Hardswish", "hardsigmoid": "Hardsigmoid",
    "add_": "add", "__iadd__": "add", "iadd": "add", "mul_": "mul", "__imul__": "mul",
    "imul": "mul",
}  # fmt: skip


def computed(node: Node) -> str:
    """What sort of computation a call is, whether it is written as a layer or as a function."""
    return _SAME.get(node.type, node.type)


def structure(graph: Graph) -> tuple[Any, ...]:
    """What runs and what goes where, without a name in it."""
    place = {node.id: number for number, node in enumerate(graph.nodes)}
    nodes = tuple((computed(node), node.inputs, node.outputs, node.params) for node in graph.nodes)
    edges = frozenset((place[edge.source], place[edge.target]) for edge in graph.edges)
    return nodes, edges


def lookalike(graph: Graph) -> Diagram | None:
    """The diagram of the catalogue that has this very structure; None where there is none."""
    given = graph.inputs[0].shape if len(graph.inputs) == 1 else ()
    if len(given) != 4 or graph.problem is not None:
        return None
    wanted = structure(graph)
    varied: Diagram | None = None
    for diagram in _candidates(graph, given):
        try:
            equal = diagram.graph.totals == graph.totals and structure(diagram.graph) == wanted
        except ParameterError:
            continue
        # One that has it of itself is the better name than one that has it by a turned knob.
        if equal and not _is_varied(diagram):
            return diagram
        varied = varied or (diagram if equal else None)
    return varied


def _is_varied(diagram: Diagram) -> bool:
    fields, values = diagram.subject.params.model_fields, diagram.parameters.model_dump()
    return any(name in fields and values[name] != fields[name].default for name in _VARIED)


def nearest(graph: Graph) -> Diagram | None:
    """The block of the catalogue that nearly has this structure; None where none comes near."""
    given = graph.inputs[0].shape if len(graph.inputs) == 1 else ()
    if len(given) != 4 or graph.problem is not None or len(graph.nodes) > MOST_CALLS:
        return None
    wanted = _calls(graph)
    best: tuple[int, Diagram] | None = None
    for diagram in _candidates(graph, given):
        try:
            missed = _apart(_calls(diagram.graph), wanted)
        except ParameterError:
            continue
        if best is None or missed < best[0]:
            best = missed, diagram
    if best is None or best[0] > _MOST_APART * len(wanted):
        return None
    return best[1]


def _calls(graph: Graph) -> list[Any]:
    """What runs, in order, whatever goes where."""
    return [
        (computed(node), node.inputs, node.outputs, node.params)
        for node in graph.nodes
        if node.kind in ("module", "function")
    ]


def _apart(one: list[Any], other: list[Any]) -> int:
    """How many calls are in one of them alone, or in another place."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return len(one) + len(other) - 2 * sum(block.size for block in blocks)


def near(diagram: Diagram) -> Text:
    """That a structure is nearly this subject, in one sentence."""
    return Text("This is nearly {}", "这与 {} 很接近").format(_named(diagram))


def said(diagram: Diagram) -> Text:
    """It in one sentence, with the knobs that are not at their defaults."""
    return Text("This is {}", "这就是 {}").format(_named(diagram))


def _named(diagram: Diagram) -> Text:
    fields = diagram.subject.params.model_fields
    knobs = [
        f"{name}={value}"
        for name, value in diagram.parameters.model_dump().items()
        if value != fields[name].default
    ]
    if not knobs:
        return same(diagram.subject.name)
    return Text("{} with {}", "{}，其中 {}").format(diagram.subject.name, ", ".join(knobs))


def _candidates(graph: Graph, given: tuple[int, ...]) -> Iterator[Diagram]:
    view = [("input", f"{given[2]}x{given[3]}"), ("batch", str(given[0]))]
    convolutions = sum(node.role == "conv" for node in graph.nodes)
    for name in _NETWORKS.get(convolutions, ()) if given[1] == 3 else ():
        yield Diagram.of([("model", name), *view])
    if len(graph.nodes) > MOST_CALLS or not graph.outputs or len(graph.outputs[0].shape) != 4:
        return
    for subject in BLOCKS.values():
        for knobs in _knobs(subject, graph, given):
            try:
                diagram = Diagram.of([("block", subject.name), *knobs.items(), *view])
                if diagram.input_shape == given:
                    yield diagram
            except ParameterError:
                continue


def _knobs(subject: Subject, graph: Graph, given: tuple[int, ...]) -> Iterator[dict[str, str]]:
    """Values of the knobs that could make this structure of the subject."""
    fields = subject.params.model_fields
    made = graph.outputs[0].shape
    spatial = [node for node in graph.nodes if node.role == "conv" and _side(node) > 1]
    found: dict[str, Any] = {
        "inplanes": given[1],
        "outplanes": made[1],
        "planes": made[1] // max(subject.origin.expansion, 1),
        "stride": max(1, round(given[2] / max(made[2], 1))),
        "dilation": max(
            (_first(node.attributes.get("dilation", 1)) for node in spatial), default=1
        ),
        "groups": max((node.attributes.get("groups", 1) for node in spatial), default=1),
    }
    basic = {name: str(value) for name, value in found.items() if name in fields}
    yield basic
    for name, values in _VARIED.items():
        if name in fields:
            for value in values:
                if value != fields[name].default:
                    yield {**basic, name: value}


def _side(node: Any) -> int:
    return _first(node.attributes.get("kernel_size", 1))


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, list | tuple) else value)


MOST_OFFERED = 3
_MOST_CALLS = 400


def others(listing: str, drawing: SourceDrawing, part: int | None = None) -> list[Restored]:
    """The readings that draw another structure than ``drawing``, which is of the first one.

    ``part`` is the place of the page that was chosen, where code stands in several. None where the
    first is a subject of the catalogue: then nobody doubts what it was.
    """
    from resnet_core.source.copied_page import readings

    several = readings(listing, part)[1:]
    if not several or drawing.graph.problem or len(drawing.graph.nodes) > _MOST_CALLS:
        return []
    if lookalike(drawing.graph) is not None:
        several = [one for one in several if one.of_another_class]
    met = {structure(drawing.graph)}
    found = []
    for other in several:
        made = _structure(other, drawing)
        if made is not None and made not in met:
            met.add(made)
            found.append(other)
    return found[:MOST_OFFERED]


def _structure(other: Restored, drawing: SourceDrawing) -> tuple[Any, ...] | None:
    """What another reading draws; None where it draws nothing."""
    call = None if other.of_another_class else drawing.call
    shapes = None if other.of_another_class else drawing.shapes
    try:
        graph = draw_source(other.text, call, shapes).graph
    except ParameterError:
        return None
    return None if graph.problem else structure(graph)
