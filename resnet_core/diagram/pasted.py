"""The drawing of a pasted source, which is read and never run, and its letters in an address.

What reads it loads torch, and is imported where it is asked for: an address needs none of it.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from resnet_core.bilingual import Text
from resnet_core.diagram.form import Options, fill, plain
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import ParameterError, SourceError, TraceError, UnknownParameter
from resnet_core.graph.model import Graph, Shape
from resnet_core.language.notation import Caption
from resnet_core.source.budget import LONGEST_SOURCE

if TYPE_CHECKING:
    from resnet_core import Comparison
    from resnet_core.source.known import Assumption
    from resnet_core.source.program import Program

MAX_INPUTS = 8
MAX_NUMBERS = 2**31
_NAMES = ("source", "call", "input", "known", "file", "dtype")
# So many inputs are tried where none is given and the first does not go through.
_TRIED = 12
DTYPES = ("long", "int", "float", "half", "double", "bool")
_CLASS = Text("paste a class that inherits from nn.Module", "请贴上一个继承 nn.Module 的类")
# A method by itself says what runs, and not of which layers.
_METHOD = re.compile(r"^\s*def \w+\(\s*self\b", re.MULTILINE)
_WHOLE = Text(
    "this is a method: paste the whole class, with the constructor that makes its layers",
    "这只是一个方法：请贴上整个类，连同创建各层的构造函数",
)
_INPUTS = Text("one shape for each tensor that forward takes", "forward 接受几个张量，就给几个形状")
_SHAPE = Text("sizes with x between them, such as 1x3x224x224", "用 x 隔开的尺寸，例如 1x3x224x224")


@dataclass(frozen=True)
class SourceDrawing(Drawing):
    """A drawing of what a call makes of a source, at inputs of these shapes."""

    program: Program
    call: str
    shapes: tuple[Shape, ...]
    options: Options
    dtypes: tuple[str, ...] = ()

    @cached_property
    def graph(self) -> Graph:
        return self._traced(self.shapes)

    def retrace(self, shape: Shape) -> Graph:
        return self._traced((shape, *self.shapes[1:]))

    def _traced(self, shapes: Sequence[Shape]) -> Graph:
        import torch

        from resnet_core.trace import trace

        kinds = [getattr(torch, name) for name in self.dtypes]
        return trace(lambda: self.program.build(self.call), shapes, kinds)

    def compare(self, other: Drawing, **options: Any) -> Comparison:
        """What becomes of this one in the other: a drawing of any kind. Raises ParameterError."""
        # By the package's face: what compares stands above what draws.
        import resnet_core

        compared: Comparison = resnet_core.compare(self, other, **options)
        return compared

    @cached_property
    def assumptions(self) -> list[Assumption]:
        """The names that the source does not define, and what each was taken for."""
        import torch

        from resnet_core.trace import one_at_a_time

        with one_at_a_time, torch.device("meta"):
            return self.program.assumptions(self.call)

    @property
    def name(self) -> str:
        return self.graph.groups[0].type if self.graph.groups else "module"

    @property
    def caption(self) -> Caption:
        return Caption(name=self.name, title=self.name, kind="module")

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The canonical query: the source packed, what is the default left out."""
        named = {
            "source": packed(self.program.text),
            "call": self.call,
            "input": ",".join("x".join(map(str, shape)) for shape in self.shapes),
        }
        if self.dtypes:
            named["dtype"] = ",".join(self.dtypes)
        if self.program.known:
            named["known"] = ",".join(f"{k}:{v}" for k, v in sorted(self.program.known.items()))
        for name, value in self.options.model_dump().items():
            if value != Options.model_fields[name].default:
                named[name] = plain(value)
        return tuple(sorted(named.items()))

    @property
    def url(self) -> str:
        """The permalink, without host: the source is in it."""
        return "/diagram?" + urlencode(self.query, safe=",:")


def draw_source(
    text: str,
    call: str | None = None,
    input: str | Sequence[int] | Sequence[Sequence[int]] | None = None,
    *,
    known: Mapping[str, str] | None = None,
    file: str = "source.py",
    dtype: str | Sequence[str] | None = None,
    **options: Any,
) -> SourceDrawing:
    """The drawing of pasted source: ``draw_source(text, "Net(3)", "1x3x224x224")``.

    The text is read and never run. Without a call the likeliest class is called with sensible
    first values; without an input one is chosen that its first layer takes and that goes through,
    where there is one. ``known`` says what a name shall stand for that the source does not define,
    ``dtype`` what the inputs hold (``"long"`` for an embedding). ``options`` are those of the view.
    Raises SourceError, which says line and column, ParameterError for an option.
    """
    from resnet_core.source.program import Program

    for name, value in options.items():
        if name not in Options.model_fields:
            raise UnknownParameter(name, value, Text("the view", "视图"), Options.model_fields)
    program = Program(text, file, dict(known or {}))
    said = (call or "").strip() or first_call(program)
    view = fill(Options, options)
    if input:
        shapes = shapes_of(input)
        drawing = SourceDrawing(program, said, shapes, view, _dtypes(dtype, len(shapes)))
    else:
        drawing = _at_first_input(program, said, view, dtype)
    try:
        drawing.graph  # noqa: B018  what cannot be read is said here, not at the first look
    except TraceError as error:
        raise _untraceable(said, error) from None
    return drawing


def _untraceable(call: str, error: TraceError) -> SourceError:
    """The module runs no call that could be drawn, or not with so many inputs."""
    words = " ".join(str(error.__cause__ or error).split())[:200]
    reason = Text("its forward cannot be followed: {}", "它的 forward 无法跟踪：{}").format(words)
    return SourceError(call, reason, allowed=_INPUTS, parameter="input")


def of_pairs(pairs: Sequence[tuple[str, Any]]) -> SourceDrawing:
    """The drawing that names and values ask for; the source plain or packed. Raises as above."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ParameterError(name, value, Text("it is given more than once", "重复给出了多次"))
        values[name] = value
    text = unpacked(str(values.pop("source", "")))
    options = {name: value for name, value in values.items() if name not in _NAMES}
    return draw_source(
        text,
        values.get("call"),
        values.get("input") or None,
        known=_known(str(values.get("known", ""))),
        dtype=values.get("dtype") or None,
        **options,
    )


def restored_drawing(pairs: Sequence[tuple[str, Any]]) -> SourceDrawing | None:
    """The drawing of a source that is refused, as it can be restored; None where that is none."""
    from resnet_core.source.copied_page import restored

    try:
        whole = restored(unpacked(str(dict(pairs)["source"])))
        if not whole.changed:
            return None
        others = [(name, value) for name, value in pairs if name != "source"]
        return of_pairs([("source", whole.text), *others])
    except ParameterError:
        return None


def first_call(program: Program) -> str:
    """The call that is offered first. Raises SourceError where there is nothing to call."""
    from resnet_core.source.offer import offers

    found = offers(program)
    if not found:
        raise SourceError(
            " ".join(program.text.split())[:60],
            Text(
                "no class, function or name in it is a module of torch.nn",
                "里面没有类、函数或变量是 torch.nn 的模块",
            ),
            allowed=_WHOLE if _METHOD.search(program.text) else _CLASS,
        )
    return found[0].call()


def shapes_of(given: str | Sequence[Any]) -> tuple[Shape, ...]:
    """Shapes as they are written: ``1x3x224x224``, with a comma before a further input."""
    if isinstance(given, str):
        parts = given.replace("×", "x").replace(" ", "").lower().split(",")
        try:
            shapes = tuple(tuple(int(side) for side in part.split("x")) for part in parts)
        except ValueError:
            raise ParameterError(
                "input", given, Text("it is no shape", "它不是形状"), allowed=_SHAPE
            ) from None
    else:
        several = [given] if given and isinstance(given[0], int) else given
        shapes = tuple(tuple(int(side) for side in shape) for shape in several)
    for shape in shapes:
        numbers = 1
        for side in shape:
            numbers *= side
        if not 1 <= len(shape) <= 6 or min(shape) < 1 or numbers > MAX_NUMBERS:
            raise ParameterError(
                "input", given, Text("it is no shape of use", "这个形状用不了"), allowed=_SHAPE
            )
    if len(shapes) > MAX_INPUTS:
        raise ParameterError(
            "input", given, Text("these are too many inputs", "输入太多"), allowed=_SHAPE
        )
    return shapes


def _at_first_input(
    program: Program, call: str, view: Options, dtype: str | Sequence[str] | None
) -> SourceDrawing:
    """The drawing at the first input that goes through; at the likeliest where none does."""
    import torch

    from resnet_core.source.first_inputs import first_inputs
    from resnet_core.trace import one_at_a_time

    with one_at_a_time, torch.device("meta"):
        found = list(first_inputs(program.build(call), program.tree))[:_TRIED]
    drawings = [
        SourceDrawing(
            program, call, shapes, view,
            _dtypes(dtype or (["long"] * len(shapes) if whole else None), len(shapes)),
        )
        for shapes, whole in found
    ]  # fmt: skip
    first, *others = drawings
    try:
        if first.graph.problem is None:
            return first
    except (TraceError, SourceError):
        pass
    return next((drawing for drawing in others if _goes_through(drawing)), first)


def _goes_through(drawing: SourceDrawing) -> bool:
    """Whether the module takes these inputs."""
    import torch

    from resnet_core.trace import one_at_a_time

    with one_at_a_time, torch.device("meta"), torch.no_grad():
        kinds = [getattr(torch, name) for name in drawing.dtypes] or [None] * len(drawing.shapes)
        try:
            module = drawing.program.build(drawing.call).eval()
            module(*(torch.empty(shape, dtype=kind)
                     for shape, kind in zip(drawing.shapes, kinds, strict=True)))  # fmt: skip
        except Exception:  # whatever does not fit
            return False
    return True


def _dtypes(given: str | Sequence[str] | None, inputs: int) -> tuple[str, ...]:
    """What each input holds; nothing where all are torch's default. Raises ParameterError."""
    if not given:
        return ()
    names = given.split(",") if isinstance(given, str) else list(given)
    names = names * inputs if len(names) == 1 else names
    wrong = next((name for name in names if name not in DTYPES), None)
    if wrong is not None or len(names) != inputs:
        reason = (
            Text("there are {} inputs", "输入有 {} 个").format(inputs)
            if wrong is None
            else Text("torch has no such numbers for an input", "输入不能是这种数")
        )
        raise ParameterError("dtype", wrong or given, reason, allowed=DTYPES, fix={})
    return tuple(names)


def _known(given: str) -> dict[str, str]:
    pairs = [part.partition(":") for part in given.split(",") if part]
    return {name: taken for name, _, taken in pairs}


def is_pasted(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether names and values ask for a drawing of a source."""
    return any(name == "source" for name, _ in pairs)


def canonical(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The query in one order, its source packed, empty values left out. Raises ParameterError."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise ParameterError(name, value, Text("it is given more than once", "重复给出了多次"))
        found[name] = value
    found["source"] = packed(unpacked(found["source"]))
    return tuple(sorted((name, value) for name, value in found.items() if value))


def packed(text: str) -> str:
    """A source as it stands in an address: deflated, in the letters of base64url."""
    squeezed = zlib.compress(text.encode("utf-8"), 9)
    return base64.urlsafe_b64encode(squeezed).decode("ascii").rstrip("=")


def unpacked(given: str) -> str:
    """The source of an address; what is no packed text is the source itself.

    Raises SourceError where it unpacks to more than a source may be.
    """
    if not given or any(letter in given for letter in " \n():="):
        return given
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(raw, LONGEST_SOURCE + 1)
        return text.decode("utf-8")
    except (ValueError, zlib.error):
        raise SourceError(
            given[:40],
            Text("it is neither source nor packed source", "它既不是源码，也不是压缩后的源码"),
            allowed=Text(
                "the text deflated (zlib) and in base64url",
                "把文本用 zlib 压缩，再用 base64url 编码",
            ),
        ) from None
