"""The request itself, a pure function of its parameters, and the verbs that ask: draw, build."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cachetools import LRUCache, cached
from pydantic import BaseModel

from resnet_core.bilingual import LANGUAGES, Language, Text
from resnet_core.diagram.fixes import fix_for
from resnet_core.diagram.form import Input, Options, fill, plain
from resnet_core.diagram.picture import Drawing
from resnet_core.documents import documents_of
from resnet_core.errors import ParameterError, UnknownParameter, UnknownSubject
from resnet_core.graph.model import Graph, Shape
from resnet_core.graph.view import Detail
from resnet_core.language.notation import Caption
from resnet_core.language.terms import say
from resnet_core.params import ALIASES
from resnet_core.registry import BLOCKS, NETWORKS, Subject

if TYPE_CHECKING:
    from torch import nn

    from resnet_core.explain.explanation import Explanation, Turn

# Letters of a file's name; after that a knob more says little.
_LONGEST_NAME = 80
GIVEN_TWICE = Text("it is given more than once", "重复给出了多次")
ONE_VALUE = Text("one value", "只能有一个值")
# Calls of all graphs that are kept; a call takes about 2 KB.
NODES_KEPT = 20_000


@dataclass(frozen=True)
class Diagram(Drawing):
    """A subject with its parameters, an input and a view: all that a picture depends on.

    Equal diagrams give equal bytes. Nothing is built before it is asked for.
    """

    subject: Subject
    parameters: BaseModel
    input: Input
    options: Options

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Any]]) -> Diagram:
        """The diagram that names and values ask for, as a query string spells them.

        Raises ParameterError: for an unknown subject or name, a name given twice, an illegal
        value. Whether the values go together is known once the module is built.
        """
        values = _unique(pairs)
        subject = _subject(values)
        known = [
            *subject.params.model_fields, *Input.model_fields, *Options.model_fields
        ]  # fmt: skip
        values = _unique((_canonical(name, known), value) for name, value in values.items())
        for name, value in values.items():
            if name in dict(subject.fixed):
                raise _fixed(subject, name, value)
            if name not in known:
                raise UnknownParameter(name, value, subject.name, known)
        values = _without_defaults(subject, values)
        return cls(
            subject,
            fill(subject.params, _part(subject.params, values)),
            fill(Input, _part(Input, values)),
            fill(Options, _part(Options, values)),
        )

    @property
    def detail(self) -> Detail:
        default: Detail = "op" if self.subject.kind == "block" else "block"
        return self.options.detail or default

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The canonical query: sorted, defaults dropped. Equal queries mean equal diagrams."""
        named: dict[str, str] = {self.subject.kind: self.subject.name}
        for form in (self.parameters, self.input, self.options):
            for name in form.model_fields_set:
                value = getattr(form, name)
                if value != type(form).model_fields[name].default:
                    named[name] = plain(value)
        return tuple(sorted(named.items()))

    @property
    def explained_by(self) -> tuple[tuple[str, str], ...]:
        """The canonical query of its explanation: structure, input and language, not the view."""
        view = set(Options.model_fields) - {"lang"}
        return tuple((name, value) for name, value in self.query if name not in view)

    @property
    def url(self) -> str:
        """The permalink, without host."""
        return address(self.query)

    @property
    def file_name(self) -> str:
        """What a file of it is called, without ending: ``bottleneck-stride-2-dark@2x``."""
        view = {*Options.model_fields} - {"detail", "direction", "lang"}
        told = [
            f"{name}-{value}".replace("_", "-")
            for name, value in self.query
            if name not in view and name != self.subject.kind
        ]
        words = re.sub(r"[^A-Za-z0-9-]+", "-", "-".join([self.subject.name, *told])).strip("-")
        if len(words) > _LONGEST_NAME:
            words = words[:_LONGEST_NAME].rpartition("-")[0]
        given = dict(self.query)
        theme = f"-{given['theme']}" if "theme" in given else ""
        return f"{words}{theme}" + (f"@{given['scale']}x" if "scale" in given else "")

    @property
    def input_shape(self) -> Shape:
        """Shape of the input: [batch, channels, height, width]."""
        side = self.subject.input_side(self.parameters.model_dump())
        height, width = self.input.size(side)
        return (self.input.batch, self.subject.input_channels(self.parameters), height, width)

    @cached_property
    def graph(self) -> Graph:
        """The whole structure. Raises ParameterError where the values do not go together."""
        return _graph(self.subject, self.parameters, self.input_shape)

    @property
    def fix(self) -> str | None:
        """The URL of the structure that runs; None where nothing is broken or nothing helps."""
        problem = self.graph.problem
        if problem is None or not problem.fix:
            return None
        return Diagram.of((dict(self.query) | dict(problem.fix)).items()).url

    def retrace(self, shape: Shape) -> Graph:
        return _graph(self.subject, self.parameters, shape)

    def to_dict(self) -> dict[str, Any]:
        """The structure as plain data, with where it comes from and where it stands."""
        # torch comes with it, and an address is made without.
        from resnet_core.diagram.placements import places

        found = super().to_dict()
        subject = self.subject
        found["subject"] |= {
            "year": subject.year,
            "summary": {language: subject.about(language) for language in LANGUAGES},
            "documents": list(documents_of(subject.name)),
        }
        found["places"] = [
            {"model": place.model, "path": place.path} for place in places(subject, self.values)
        ]
        return found

    def explain(self, language: Language | None = None) -> Explanation:
        """The structure told in words, its source with comments, and what to try next."""
        told = super().explain(language)
        own = replace(self, options=Options(lang=told.language))
        return replace(told, program=lambda: own._annotated(told.language), next=own._turns)

    def _turns(self) -> tuple[Turn, ...]:
        from resnet_core.diagram.turns import turns

        return turns(self)

    def _annotated(self, language: Language) -> str:
        # It reads the source of classes that only a trace needs.
        from resnet_core.explain.annotated import Origin, annotated

        arguments = self.subject.arguments(self.parameters)
        origin = Origin(self.subject.factory, arguments, self.input_shape)
        return annotated(self.graph, self.caption, origin, language)

    @property
    def values(self) -> dict[str, Any]:
        """Every knob of the subject with its value, those that a preset fixes included."""
        return {**dict(self.subject.fixed), **self.parameters.model_dump()}

    @property
    def formula(self) -> str:
        """What the structure computes, in a line. Known without a trace, as ``named`` is."""
        return formula_at(self.subject, self.values)

    @property
    def named(self) -> str:
        """What the picture is called: by its reader, or else by the catalogue."""
        title = say(self.subject.title, self.options.lang)
        return (self.options.title or "").strip() or title

    @cached_property
    def caption(self) -> Caption:
        fields = self.subject.params.model_fields
        changed = {
            name: value
            for name, value in self.parameters.model_dump().items()
            if value != fields[name].default
        }
        subject = self.subject
        return Caption(
            name=subject.name,
            title=subject.title,
            kind=subject.kind,
            formula=self.formula,
            paper=subject.paper,
            parameters=self.values,
            notable={**dict(subject.fixed), **changed, **_shape_of(self)},
            url=self.url,
            fix=self.fix,
            own_title=self.options.title,
            language=self.options.lang,
        )


def draw(**parameters: Any) -> Diagram:
    """The diagram of a block or a network: ``draw(block="bottleneck", stride=2)``.

    The names are those of the URL: the subject's knobs, ``input`` and ``batch``, and the view.
    Raises ParameterError. Nothing is traced before the diagram is looked at.
    """
    return Diagram.of(parameters.items())


def build(**parameters: Any) -> nn.Module:
    """A real module, initialised, ready to train: ``build(model="resnet50")``.

    Takes the same names as ``draw``, less those of input and view. The keys and shapes of a
    ResNet's ``state_dict()`` are torchvision's. Raises ParameterError.
    """
    # torch comes with it.
    from resnet_core.trace import one_at_a_time

    diagram = Diagram.of(parameters.items())
    with one_at_a_time:
        return diagram.subject.build(diagram.parameters)


def blocks() -> list[str]:
    """The names that ``block=`` takes."""
    return list(BLOCKS)


def networks() -> list[str]:
    """The names that ``model=`` takes."""
    return list(NETWORKS)


def _shape_of(diagram: Diagram) -> dict[str, Any]:
    """What a network is made of stands in its heading even at the defaults."""
    values = diagram.values
    found: dict[str, Any] = {name: values[name] for name in ("block", "layers") if name in values}
    if "block" in found:
        found["block"] = BLOCKS[found["block"]].title
    return found


def address(query: Iterable[tuple[str, Any]]) -> str:
    """The URL of a query, without host."""
    return "/diagram?" + urlencode(list(query), safe=",:")


def described(subject: Subject) -> dict[str, Any]:
    """What is known of a subject, as plain data."""
    defaults = subject.params()
    return {
        "kind": subject.kind,
        "name": subject.name,
        "title": subject.title,
        "formula": subject.formula,
        "paper": subject.paper,
        "input": {
            "channels": subject.input_channels(defaults),
            "height": subject.input_size,
            "width": subject.input_size,
        },
        "base": subject.base or None,
        "fixed": dict(subject.fixed),
        "parameters": subject.params.model_json_schema(),
        "url": address([(subject.kind, subject.name)]),
    }


# Graphs by what they weigh, not by their number: the largest has 10,000 calls, most have 12.
_GRAPHS: LRUCache[Any, Graph] = LRUCache(NODES_KEPT, getsizeof=lambda graph: len(graph.nodes) + 50)


@cached(_GRAPHS, lock=RLock())
def _graph(subject: Subject, parameters: BaseModel, shape: Shape) -> Graph:
    """The traced structure; where it cannot run, with what would fix it."""
    # torch is imported here, at the first trace, and not by whoever only makes addresses.
    from resnet_core.trace import trace, trace_once

    def run(values: BaseModel, size: Shape) -> Graph:
        channels = subject.input_channels(values)
        tracing = trace_once if subject.ours else trace
        return tracing(lambda: subject.build(values), [(size[0], channels, *size[2:])])

    graph = run(parameters, shape)
    if graph.problem is None:
        return graph
    fix = fix_for(parameters, shape, run)
    return replace(graph, problem=replace(graph.problem, fix=fix))


def _canonical(name: str, known: Collection[str]) -> str:
    """The name itself, or what it is an alias of."""
    if name in known:
        return name
    return next((item for item in ALIASES.get(name, ()) if item in known), name)


def parted(
    pairs: Iterable[tuple[str, Any]], own: Collection[str]
) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """The values of the names in ``own``, each given once, and all other pairs as they are.

    So a resource that shows a diagram in its own way takes its own names out of a query. Raises
    ParameterError for one that is given twice.
    """
    pairs = list(pairs)
    return _unique(pair for pair in pairs if pair[0] in own), [
        pair for pair in pairs if pair[0] not in own
    ]


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ParameterError(
                name,
                value,
                GIVEN_TWICE,
                allowed=ONE_VALUE,
                fix={name: values[name]},
            )
        values[name] = value
    return values


def _subject(values: dict[str, Any]) -> Subject:
    """Take the subject out of the values: ``model`` names it, or else ``block`` does."""
    if "model" in values:
        return NETWORKS[values.pop("model")]
    if "block" in values:
        return BLOCKS[values.pop("block")]
    raise ParameterError(
        "block",
        "",
        Text(
            "name what to draw: give block=… or model=…",
            "没有说明要画什么：请给出 block=… 或 model=…",
        ),
        allowed=[*BLOCKS, *NETWORKS],
        suggestion="bottleneck",
    )


def _without_defaults(subject: Subject, values: dict[str, Any]) -> dict[str, Any]:
    """Drop what is the default of this subject and so cannot be known to be by its form."""
    shown = "op" if subject.kind == "block" else "block"
    found = {name: plain(value) for name, value in values.items() if value is not None}
    height, _, width = found.get("input", "").partition("x")
    if height and height == width:
        found["input"] = height
    size = str(subject.input_side(values))
    return {k: v for k, v in found.items() if (k, v) not in (("detail", shown), ("input", size))}


def _part(form: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in form.model_fields}


def _fixed(subject: Subject, name: str, value: Any) -> ParameterError:
    fixed = dict(subject.fixed)
    return ParameterError(
        name,
        value,
        Text(
            "{0} is {1} with {2}={3}; model={1} leaves {2} free",
            "{0} 就是固定了 {2}={3} 的 {1}；model={1} 可以自由设置 {2}",
        ).format(subject.name, subject.base, name, plain(fixed[name])),
        allowed=[plain(fixed[name])],
        suggestion=plain(fixed[name]),
        fix={"model": subject.base, **fixed, name: value},
    )


def fixed_diagram(pairs: Iterable[tuple[str, Any]], error: ParameterError) -> Diagram | None:
    """The nearest diagram that works, or None where there is none."""
    values = dict(pairs)
    for _ in range(8):
        for name, value in error.fix.items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = plain(value)
        try:
            diagram = Diagram.of(values.items())
            if diagram.shown.problem is None:
                return diagram
            return None
        except UnknownSubject as next_error:
            error = next_error
        except ParameterError as next_error:
            error = next_error
    return None


_NORMS = {"batch": "BN", "group": "GN", "instance": "IN", "layer": "LN", "none": ""}
_ACTIVATIONS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "silu": "SiLU",
    "gelu": "GELU",
    "hardswish": "Hardswish",
    "mish": "Mish",
}


def formula_at(subject: Subject, values: Mapping[str, Any]) -> str:
    """The subject's formula where its knobs, those a preset fixes among them, have these values."""
    text = subject.formula
    if not subject.ours:
        return text
    if subject.origin.name == "ResNet":
        text = _network(values)
    elif subject.name == "inverted_residual":
        text = _inverted(text, values)
    elif subject.name == "res2net":
        text = _slices(text, values)
    elif subject.name == "downsample":
        text = _shrinking(values)
    elif subject.preact:
        text = _prepared(text, subject, values)
    if not values.get("layer_scale", True):
        text = re.sub(r"γ[₁₂]? · ", "", text)
    if "expand_ratio" in values:
        text = text.replace("linear to 4×", f"linear to {values['expand_ratio']}×")
    return " ".join(_parts(_sums(text, values), values).split())


def _sums(text: str, values: Mapping[str, Any]) -> str:
    """The addition as it is: with a gate before it, or without a shortcut."""
    if values.get("attention", "none") != "none" and "attention(" not in text:
        text = re.sub(r"\+ f\(x\)", "+ attention(f(x))", text)
    elif values.get("attention") == "none":
        text = text.replace("attention(f(x))", "f(x)")
    return text.replace("shortcut(x) + ", "") if values.get("shortcut") == "none" else text


def _parts(text: str, values: Mapping[str, Any]) -> str:
    """Norms and activations by the names of those that are chosen."""
    norm = _NORMS.get(values.get("norm_layer", "batch"), "")
    text = re.sub(r"\bBN\b", norm, text) if norm else _bare(text)
    if "activation" in values:
        name = _ACTIVATIONS[values["activation"]]
        text = re.sub(r"\bReLU6?\b", name, text)
        text = re.sub(r"\b(?:relu|act)\((?=[^)])", f"{name.lower()}(", text)
    return text


def _bare(text: str) -> str:
    """The formula without its norms: ``BN(x)`` is x, and in a chain nothing stands for it."""
    text = re.sub(r"\bBN\((x|3×3[^)]*\))\)", r"\1", text)
    return re.sub(r", BN\b|\bBN, ", "", text)


def _network(values: Mapping[str, Any]) -> str:
    """head(stages(stem(x))) with the stem and the head that the knobs make."""
    convs = ["7×7 conv /2"]
    if values["stem"] == "deep":
        convs = ["3×3 conv /2", "BN", "ReLU", "3×3 conv", "BN", "ReLU", "3×3 conv"]
    preact = values["preact"] or str(values["block"]).startswith("preact")
    after = [] if preact else ["BN", "ReLU"]
    first = ", ".join([*convs, *after, "3×3 max pool /2"])
    last = ", ".join([*(["BN", "ReLU"] if preact else []),
                      *(["pool", "linear"] if values["include_top"] else [])])  # fmt: skip
    if not last:
        return f"stages(stem(x)),  stem = {first}"
    return f"head(stages(stem(x))),  stem = {first},  head = {last}"


def _inverted(text: str, values: Mapping[str, Any]) -> str:
    """The inverted residual's, which adds x only where the shapes agree."""
    same = values["stride"] == 1 and values["inplanes"] == values["outplanes"]
    text = text.replace("x + f(x), or f(x) where the shapes differ", "x + f(x)" if same else "f(x)")
    return text.replace("1×1, BN, ReLU6, ", "", 1) if values["expand_ratio"] == 1 else text


def _slices(text: str, values: Mapping[str, Any]) -> str:
    """Res2Net's slices: where the shape changes, they do not feed one another."""
    if values["stride"] == 1 and values["inplanes"] == 4 * values["planes"]:
        return text
    return text.replace("y₁ = x₁, y₂ = K₂(x₂), yᵢ = Kᵢ(xᵢ + yᵢ₋₁)", "y₁ = pool(x₁), yᵢ = Kᵢ(xᵢ)")


def _prepared(text: str, subject: Subject, values: Mapping[str, Any]) -> str:
    """A pre-activation block's: what changes the shape takes what the first norm has made."""
    same = values["stride"] == 1 and values["inplanes"] == values["planes"] * subject.expansion
    kind = values["shortcut"]
    if kind in ("identity", "none") or (same and kind != "projection"):
        return text
    text = text.replace("shortcut(x)", "shortcut(a)")
    return text.replace("f = BN, ReLU", "a = ReLU(BN(x)),  f = BN, ReLU", 1)


def _shrinking(values: Mapping[str, Any]) -> str:
    """One of the three ways to shrink."""
    stride = f" /{values['stride']}" if values["stride"] > 1 else ""
    if values["mode"] != "conv":
        return f"{values['mode']}pool(x)"
    inner = f"3×3{stride} (x)"
    return f"act(BN({inner}))" if values["norm_layer"] != "none" else f"act({inner})"
