"""Names and values of a query → a sweep: those of a diagram, and ``over`` and ``values``."""

from __future__ import annotations

from collections.abc import Iterable

from resnet_core.bilingual import Text, clauses
from resnet_core.diagram.diagram import Diagram, fixed_diagram, parted
from resnet_core.diagram.form import Options
from resnet_core.errors import ParameterError, did_you_mean, nearest
from resnet_core.params import ALIASES
from resnet_core.sweep.knob_values import MOST, knobs
from resnet_core.sweep.series import Sweep

OWN = ("over", "values")
Pairs = Iterable[tuple[str, str]]
Query = tuple[tuple[str, str], ...]


def asked(pairs: Pairs) -> Sweep:
    """The sweep that a query asks for. Nothing is traced yet. Raises ParameterError."""
    own, rest = parted(pairs, OWN)
    return sweep_of(Diagram.of(rest), own.get("over", ""), _listed(own.get("values")))


def query_of(pairs: Pairs) -> Query:
    """The canonical query that a query asks for. Raises ParameterError."""
    return asked(pairs).query


def sweep_of(diagram: Diagram, over: str, values: tuple[str, ...]) -> Sweep:
    """The sweep of a diagram. Raises ParameterError."""
    known = knobs(diagram)
    if over not in known:
        over = next((name for name in ALIASES.get(over, ()) if name in known), over)
    if over not in known:
        raise _no_knob(diagram, over, known)
    if len(values) > MOST:
        raise ParameterError(
            "values",
            ",".join(values),
            Text("they are {}, more than {}", "共有 {} 个，超过了 {} 个").format(len(values), MOST),
            allowed=Text("at most {} values", "最多 {} 个值").format(MOST),
            fix={"values": ",".join(values[:MOST])},
        )
    return Sweep(diagram, over, tuple(dict.fromkeys(values)))


def fixed_sweep(pairs: Pairs, error: ParameterError) -> Query | None:
    """The query of the nearest sweep that works, or None where there is none."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    for _ in range(6):
        own = {name: value for name, value in error.fix.items() if name in OWN}
        if not own:
            better = fixed_diagram([pair for pair in values.items() if pair[0] not in OWN], error)
            if better is None:
                return None
            values = dict(better.query) | {k: v for k, v in values.items() if k in OWN}
        for name, value in own.items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = str(value)
        try:
            return query_of(values.items())
        except ParameterError as again:
            error = again
    return None


def _listed(values: str | None) -> tuple[str, ...]:
    """The values in one text: with commas between, or with semicolons where they have commas."""
    if values is None:
        return ()
    found = [value.strip() for value in values.split(";" if ";" in values else ",")]
    if ";" in values and found and not found[-1]:
        found.pop()
    if not found or not all(found):
        raise ParameterError(
            "values",
            values,
            Text("one of them is empty", "其中有一个是空的"),
            allowed=Text(
                "values with commas between, such as 1,2,4; with semicolons where a value has "
                "commas, such as 2,2,2,2;3,4,6,3",
                "用逗号隔开的值，例如 1,2,4；值本身含逗号时用分号隔开，例如 2,2,2,2;3,4,6,3",
            ),
            fix={"values": ",".join(filter(None, found)) or None},
        )
    return tuple(found)


def _no_knob(diagram: Diagram, over: str, known: tuple[str, ...]) -> ParameterError:
    subject = diagram.subject
    near = nearest(over, known) if over else None
    first = near or ("stride" if "stride" in known else known[0])
    if not over:
        reason = Text("name the knob: over=…", "没有说明是哪个参数：请给出 over=…")
    elif over in dict(subject.fixed):
        reason = Text("{} fixes it; model={} leaves it free", "{} 固定了它；model={} 可以自由设置")
        reason = reason.format(subject.name, subject.base)
    elif over in Options.model_fields:
        reason = Text(
            "it is an option of the view and changes no number", "它只是视图选项，不改变任何数字"
        )
    else:
        what = Text("{} has no parameter {!r}", "{} 没有参数 {!r}").format(subject.name, over)
        reason = clauses(what, did_you_mean(near))
    return ParameterError(
        "over", over, reason, allowed=known, suggestion=first, fix={"over": first}
    )
