"""The picture of a sweep: one card a value, with a small diagram, its output and two bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import Options
from resnet_core.language.notation import shape_text
from resnet_core.language.terms import amount, ratio, say
from resnet_core.layout.sheet import MARGIN, SMALL, SUBTITLE, TEXT, Run, Sheet
from resnet_core.layout.typesetting import broken
from resnet_core.plate.marks import (
    LEADING,
    Cluster,
    Mark,
    Plate,
    Rect,
    centred,
    from_left,
    ground,
    heading,
    stacked,
    to_right,
)
from resnet_core.sweep.step import Step
from resnet_core.sweep.thumbnail import marks_of, sheet_of, size_of

CARD, GAP, PAD = 176.0, 12.0, 12.0
_HEAD = 30.0
# The largest a small picture may be, and how much of its true size.
_TALLEST, _LARGEST = 250.0, 0.75
_FIGURES = 106.0
# As many cards as stand in one row.
_ACROSS = 6

_TITLE = Text("{} over {}", "{}：{} 的各个取值")
_PRESENT = Text("now", "当前")
_REFUSED = Text("refused", "不可用")
_SAME = Text("{}: the same at every value.", "{}：在每个值下都一样。")
_DIFFERS = Text(
    "{}: from {} (at {}) to {} (at {}), {} times as much.",
    "{}：从 {}（取 {}）到 {}（取 {}），相差 {} 倍。",
)
_NONE_TO_ALL = Text("{}: from none (at {}) to {} (at {}).", "{}：从没有（取 {}）到 {}（取 {}）。")
_PARAMETERS = Text("Parameters", "参数量")
_MACS = Text("Multiply-adds", "乘加次数")


def told(steps: Sequence[Step]) -> tuple[Text, ...]:
    """What the knob does to both costs, over the values that run."""
    running = [step for step in steps if step.runs]
    if len(running) < 2:
        return ()
    return (
        _between(_PARAMETERS, running, lambda step: _totals(step)[0]),
        _between(_MACS, running, lambda step: _totals(step)[1]),
    )


def _between(what: Text, steps: Sequence[Step], cost: Callable[[Step], int]) -> Text:
    least, most = min(steps, key=cost), max(steps, key=cost)
    low, high = cost(least), cost(most)
    if low == high:
        return _SAME.format(what)
    amounts = (_amount(low), _amount(high))
    if not low:
        return _NONE_TO_ALL.format(what, least.value, amounts[1], most.value)
    return _DIFFERS.format(what, amounts[0], least.value, amounts[1], most.value, ratio(high / low))


def _amount(count: int) -> Text:
    return Text(f"{count:,}", f"{count:,}") if count < 10**6 else Text(
        amount(count, "en"), amount(count, "zh").strip()
    )  # fmt: skip


def _totals(step: Step) -> tuple[int, int]:
    assert step.graph is not None
    return step.graph.totals.params, step.graph.totals.macs


def plate_of(diagram: Diagram, over: str, steps: Sequence[Step], url: str) -> Plate:
    """The whole picture."""
    language = diagram.options.lang
    across = min(len(steps), _ACROSS)
    wide = max(across * CARD + (across - 1) * GAP, 380.0)
    title = TYPESET[language](_TITLE[language].format(diagram.caption.called(language), over))
    options = diagram.options
    head = heading(options, title, broken(_others(diagram, over), SUBTITLE, wide), wide)
    said = [TYPESET[language](text[language]) for text in told(steps)]
    top = MARGIN + sum(high for _, high in head) + (10 if head else 0)
    cards = _Cards(steps, over, diagram.subject.kind == "model", language)
    marks = [*stacked(head, MARGIN), *cards.marks(MARGIN, top)]
    bottom = top + cards.height + 12
    texts = [line for text in said for line in broken(text, SUBTITLE, wide)]
    foot = [(Run(line, SUBTITLE), LEADING) for line in texts]
    marks += stacked(foot, bottom)
    width, height = wide + 2 * MARGIN, bottom + LEADING * len(foot) + MARGIN - 4
    return Plate(
        width, height, (*ground(options, width, height), *marks), "sweep",
        diagram.caption.own_title or title,
        " ".join([*(_described(step, over, language) for step in steps), *said]), url,
        {"over": over},
    )  # fmt: skip


def _others(diagram: Diagram, over: str) -> str:
    """The knobs that stay as they are: those that differ from their defaults, and the input."""
    view = set(Options.model_fields) | {diagram.subject.kind, over}
    kept = [f"{name} {value}" for name, value in diagram.query if name not in view]
    given = [shape_text(diagram.input_shape)] if over not in ("input", "inplanes") else []
    say_input = [say("{} input", diagram.options.lang, text) for text in given]
    return " · ".join([*kept, *say_input])


def _described(step: Step, over: str, language: Language) -> str:
    said = f"{over} = {step.value}: "
    if step.runs:
        params, macs = _totals(step)
        facts = [say("{} parameters", language, f"{params:,}"),
                 say("{} multiply-adds", language, amount(macs, language))]  # fmt: skip
        return said + ", ".join([shape_text(step.output), *facts]) + "."
    return said + (step.reason[language] if step.reason else "") + "."


class _Cards:
    """All cards in their rows, with pictures and bars to one scale."""

    def __init__(
        self, steps: Sequence[Step], over: str, is_network: bool, language: Language
    ) -> None:
        self.steps, self.over, self.language = steps, over, language
        self.sheets = [
            sheet_of(step.graph, is_network, language) if step.graph else None for step in steps
        ]
        sizes = [size_of(sheet) for sheet in self.sheets if sheet]
        widest = max((wide for wide, _ in sizes), default=1.0)
        tallest = max((high for _, high in sizes), default=1.0)
        self.scale = min((CARD - 2 * PAD) / widest, _TALLEST / tallest, _LARGEST)
        self.room = max([high * self.scale for _, high in sizes] or [0.0])
        refused = [len(self._reason(step)) for step in steps if not step.graph]
        self.room = max([self.room, *(14.0 * count + 24 for count in refused), 90.0])
        running = [_totals(step) for step in steps if step.runs]
        self.most = tuple(max((item[side] for item in running), default=0) for side in (0, 1))
        self.card = _HEAD + self.room + 14 + _FIGURES
        rows = -(-len(steps) // _ACROSS)
        self.height = rows * self.card + (rows - 1) * GAP

    def marks(self, x: float, y: float) -> Iterator[Mark]:
        for number, (step, sheet) in enumerate(zip(self.steps, self.sheets, strict=True)):
            left = x + number % _ACROSS * (CARD + GAP)
            top = y + number // _ACROSS * (self.card + GAP)
            inner = tuple(self._card(step, sheet, left, top))
            kind = "step" + " present" * step.is_present + " refused" * (not step.runs)
            data = {"value": step.value, "runs": "true" if step.runs else "false"}
            yield Cluster(inner, kind, data, _described(step, self.over, self.language))

    def _card(self, step: Step, sheet: Sheet | None, left: float, top: float) -> Iterator[Mark]:
        line, pen = ("conv-line", 2.0) if step.is_present else ("frame-line", 1.0)
        yield Rect(left, top, CARD, self.card, "paper", line, pen, 9)
        yield from self._head(step, left, top)
        middle = left + CARD / 2
        if sheet:
            yield from marks_of(sheet, self.scale, middle, top + _HEAD + 2)
        else:
            yield from self._refusal(step, left, top + _HEAD + 2)
        foot = top + self.card - _FIGURES
        if step.runs:
            yield from self._figures(step, left + PAD, foot)
        elif sheet:
            yield from self._words(self._reason(step)[:6], left + PAD, foot + 8)

    def _head(self, step: Step, left: float, top: float) -> Iterator[Mark]:
        middle = top + 17
        name = Run(f"{self.over} ", TEXT, "quiet")
        value = Run(step.value, TEXT + 1, bold=True)
        first = from_left(name, left + PAD, middle)
        yield first
        yield from_left(value, left + PAD + first.width, middle)
        if step.is_present:
            yield to_right(
                Run(_PRESENT[self.language], SMALL, "frame-text"), left + CARD - PAD, middle
            )

    def _refusal(self, step: Step, left: float, top: float) -> Iterator[Mark]:
        """In the place of a picture: why there is none."""
        words = self._reason(step)
        yield Rect(left + PAD, top, CARD - 2 * PAD, 24 + 14.0 * len(words), "problem",
                   "problem-line", 1.0, 6)  # fmt: skip
        title = Run(_REFUSED[self.language], SUBTITLE, "problem-text", bold=True)
        yield from_left(title, left + PAD + 8, top + 14)
        yield from self._words(words, left + PAD + 8, top + 30)

    def _words(self, words: Sequence[str], left: float, middle: float) -> Iterator[Mark]:
        for number, line in enumerate(words):
            yield from_left(Run(line, SUBTITLE - 1), left, middle + 14 * number)

    def _reason(self, step: Step) -> list[str]:
        if step.reason is None:
            return []
        text = TYPESET[self.language](step.reason[self.language])
        return broken(text, SUBTITLE - 1, CARD - 2 * PAD - 16)

    def _figures(self, step: Step, left: float, top: float) -> Iterator[Mark]:
        """The output's shape, then parameters and multiply-adds with a bar each."""
        wide = CARD - 2 * PAD
        yield from_left(Run(say("output", self.language), SUBTITLE, "quiet"), left, top + 8)
        shape = Run(shape_text(step.output), SUBTITLE, bold=True)
        yield to_right(shape, left + wide, top + 8)
        names = ("params", "multiply-adds")
        paints = ("conv-line", "linear-line")
        now = next(
            (_totals(other) for other in self.steps if other.is_present and other.runs), None
        )
        for side, (name, paint) in enumerate(zip(names, paints, strict=True)):
            cost, at = _totals(step)[side], top + 30 + 38 * side
            told_cost = f"{cost:,}" if cost < 10**6 else amount(cost, self.language).strip()
            yield from_left(Run(say(name, self.language), SMALL, "quiet"), left, at)
            yield to_right(Run(told_cost, SUBTITLE - 1, bold=True), left + wide, at)
            yield Rect(left, at + 8, wide, 7, "frame", "frame-line", 0.5, 2)
            if cost:
                yield Rect(left, at + 8, max(1.5, wide * cost / self.most[side]), 7, paint, "",
                           rounding=2)  # fmt: skip
            if now and not step.is_present and now[side] and cost != now[side]:
                change = 100 * (cost - now[side]) / now[side]
                sign = "+" if change > 0 else "−"
                text = f"{sign}{_percent(abs(change))}%"
                yield centred(Run(text, SMALL - 1, "quiet"), left + wide / 2, at)


def _percent(change: float) -> str:
    return f"{change:,.0f}" if change >= 9.95 else f"{change:.2g}"
