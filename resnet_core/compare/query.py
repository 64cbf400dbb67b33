"""Names and values of a query → a comparison: ``a`` and ``b`` are queries of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from resnet_core.bilingual import Text
from resnet_core.compare.comparison import VIEWS, Comparison, inner
from resnet_core.diagram.diagram import GIVEN_TWICE, ONE_VALUE, Diagram, fixed_diagram
from resnet_core.diagram.form import NO_CHOICE, Options, fill, plain
from resnet_core.diagram.pasted import canonical, is_pasted
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import ParameterError, SourceError, UnknownParameter

SIDES = ("a", "b")
KNOWN = (*SIDES, "view", *Options.model_fields)
A_COMPARISON = Text("a comparison", "对比")
_EXAMPLES = {"a": "model=resnet50", "b": "model=resnet50d"}
Pairs = Iterable[tuple[str, str]]


def asked(pairs: Pairs) -> Comparison:
    """The comparison that a query asks for: ``a=model%3Dresnet50&b=model%3Dresnet50d``.

    Nothing is traced yet. Raises ParameterError; what is wrong inside ``a`` or ``b`` is told with
    the name of the side.
    """
    values = _unique(pairs)
    a, b = (_side(name, values.pop(name, "")) for name in SIDES)
    view = values.pop("view", "one")
    return comparison(a, b, view, values)


def checked(found: Comparison) -> Comparison:
    """The same, once both sides have been traced. Raises ParameterError, told with its side."""
    for name, drawing in zip(SIDES, (found.a, found.b), strict=True):
        try:
            drawing.graph  # noqa: B018  whether the values go together
        except ParameterError as error:
            raise _of_side(name, inner(drawing), error) from None
    return found


def comparison(a: Any, b: Any, view: str, options: Mapping[str, Any]) -> Comparison:
    """The comparison of two drawings; options that are not given are those of ``a``, or of ``b``.

    Raises ParameterError.
    """
    if view not in VIEWS:
        raise ParameterError("view", view, NO_CHOICE, allowed=VIEWS, suggestion="one")
    for name, value in options.items():
        if name not in Options.model_fields:
            raise UnknownParameter(name, value, A_COMPARISON, KNOWN)
    chosen: dict[str, Any] = {}
    for drawing in (b, a):
        for name, value in drawing.options.model_dump().items():
            if value != Options.model_fields[name].default:
                chosen[name] = plain(value)
    return Comparison(a, b, fill(Options, chosen | dict(options)), view)


def fixed_comparison(pairs: Pairs, error: ParameterError) -> Comparison | None:
    """The nearest comparison that works, or None where there is none."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    for _ in range(6):
        if not (fixed := fixes(values, error)):
            return None
        for name, fix in fixed.items():
            if fix is None:
                values.pop(name, None)
            else:
                values[name] = plain(fix)
        try:
            found = checked(asked(values.items()))
            found.sheet  # noqa: B018  whether the values go together is known once it is drawn
            return found
        except ParameterError as again:
            error = again
    return None


def has_source(pairs: Pairs) -> bool:
    """Whether a side of a comparison is a pasted source, which a worker reads."""
    return any(name in SIDES and is_pasted(_inside(value)) for name, value in pairs)


def canonical_sides(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    """A query with a pasted source in it, in one order, its sources packed; nothing is read.

    Raises ParameterError.
    """
    values = _unique(pairs)
    for name in SIDES:
        if is_pasted(inside := _inside(values.get(name, ""))):
            try:
                values[name] = urlencode(canonical(inside), safe=",:")
            except ParameterError as error:
                raise _of_side(name, "…", error) from None
    return tuple(sorted((name, value) for name, value in values.items() if value))


def fixes(values: Mapping[str, str], error: ParameterError) -> dict[str, Any]:
    """The values that fix a comparison; of an error inside a side the fixed side."""
    if error.inside is None:
        return error.fix
    name = error.parameter
    if is_pasted(_inside(values.get(name, ""))):
        return {}  # only its author can mend it
    better = fixed_diagram(parse_qsl(values.get(name, ""), keep_blank_values=True), error.inside)
    return {name: inner(better) if better else _EXAMPLES[name]}


def _unique(pairs: Pairs) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise ParameterError(
                name, value, GIVEN_TWICE, allowed=ONE_VALUE,
                fix={name: values[name]},
            )  # fmt: skip
        values[name] = value
    for name in values:
        if name not in KNOWN:
            raise UnknownParameter(name, values[name], A_COMPARISON, KNOWN)
    return values


def _inside(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _side(name: str, query: str) -> Drawing:
    if not query.strip():
        raise ParameterError(
            name,
            query,
            Text(
                "name what to compare: give a query, such as model=resnet50",
                "没有说明对比什么：请给出查询，例如 model=resnet50",
            ),
            allowed=Text("a query, percent-encoded", "经百分号编码的查询"),
            suggestion=_EXAMPLES[name],
        )
    try:
        pairs = _inside(query)
        if not is_pasted(pairs):
            return Diagram.of(pairs)
        # What reads source loads torch, which a server's front does without.
        from resnet_core.diagram.pasted import of_pairs

        return of_pairs(pairs)
    except ParameterError as error:
        raise _of_side(name, query, error) from None


def _of_side(name: str, query: str, error: ParameterError) -> ParameterError:
    """An error inside one side as an error of that side; ``cause`` is the error itself."""
    told = error.text
    if isinstance(error, SourceError):
        told = Text("{!r}: {}", "{!r}：{}").format(error.words, told) if error.words else told
        query = "…"
    elif error.value:
        told = Text("{}={}: {}", "{}={}：{}").format(error.parameter, error.value, told)
    found = type(error).__new__(type(error))
    if isinstance(found, SourceError) and isinstance(error, SourceError):
        found.line, found.column, found.words = error.line, error.column, error.words
    ParameterError.__init__(found, name, query, told, allowed=error.legal)
    found.inside = error
    return found
