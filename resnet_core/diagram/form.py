"""Forms: the input, the options of a picture; values from outside fill one, or are refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from resnet_core.bilingual import Language, Text, clauses, same
from resnet_core.errors import ParameterError, did_you_mean, nearest
from resnet_core.graph.view import Detail
from resnet_core.language.notation import DEFAULT_LABELS, LABELS
from resnet_core.params import Hint, MayBeEmpty

NO_CHOICE = Text("it is not one of the choices", "不在可选值之中")
Form = TypeVar("Form", bound=BaseModel)


def fill(form: type[Form], values: Mapping[str, Any]) -> Form:
    """The form filled in with ``values``, given as texts: ``"2"``, ``"true"``, ``"3,4,6,3"``.

    Raises ParameterError for the first value that does not fit. Names are the caller's business:
    an unknown one is for whoever knows all the names that could have been meant.
    """
    texts = {name: plain(value) for name, value in values.items() if value is not None}
    if not texts:
        untouched: Form = _untouched(form)
        return untouched
    for name, text in texts.items():
        if not text.strip() and not _may_be_empty(form, name):
            raise refusal(form, name, text, Text("it is empty", "值为空"))
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise refusal(form, name, text, Text("it holds half a character", "它含有半个字符"))
    known = properties(form)
    try:
        return form.model_validate(
            {name: _choice(known.get(name, {}), text) for name, text in texts.items()}
        )
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, ParameterError):
            raise cause from None
        raise refusal(form, str(first["loc"][0]), first["input"]) from None


@cache
def _untouched(form: type[BaseModel]) -> Any:
    """The form as nobody has filled it in. It is frozen, so that all can have the same one."""
    return form()


def refusal(
    form: type[BaseModel], name: str, value: Any, reason: Text | None = None
) -> ParameterError:
    """The error for a value of a knob that is known: with the legal values and the nearest."""
    schema = properties(form)[name]
    choices = choices_of(schema)
    default = form.model_fields[name].default
    suggestion: Any = default
    if choices:
        allowed: Text | list[Any] = choices
        suggestion, near = _nearest_choice(value, choices, default)
        reason = reason or clauses(NO_CHOICE, did_you_mean(near))
    elif "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        allowed = Text("a whole number from {:,} to {:,}", "{:,} 到 {:,} 的整数").format(low, high)
        number = _number(value)
        suggestion = default if number is None else min(max(number, low), high)
        if number is None:
            reason = reason or Text("it is not a whole number", "不是整数")
        outside = Text("it is not from {:,} to {:,}", "不在 {:,} 到 {:,} 之间")
        reason = reason or outside.format(low, high)
    else:
        allowed = _hint(form, name) or same(schema.get("pattern") or schema.get("type"))
        reason = reason or Text("it is not {}", "不是{}").format(allowed).typeset
    return ParameterError(name, value, reason, allowed=allowed, suggestion=suggestion)


def _may_be_empty(form: type[BaseModel], name: str) -> bool:
    return any(isinstance(mark, MayBeEmpty) for mark in form.model_fields[name].metadata)


def _hint(form: type[BaseModel], name: str) -> Text | None:
    hints = (mark.text for mark in form.model_fields[name].metadata if isinstance(mark, Hint))
    return next(hints, None)


def _choice(schema: Mapping[str, Any], text: str) -> Any:
    """The choice that a text spells; pydantic would not find the number 16 in ``"16"``."""
    return next((item for item in choices_of(schema) if plain(item) == text), text)


@cache
def properties(form: type[BaseModel]) -> Mapping[str, Any]:
    """The knobs of a form as JSON Schema."""
    found: dict[str, Any] = form.model_json_schema()["properties"]
    return MappingProxyType(found)


def choices_of(schema: Mapping[str, Any]) -> list[Any]:
    """The legal values where there are only so many; else nothing."""
    if schema.get("type") == "boolean":
        return ["true", "false"]
    if "anyOf" in schema:
        return next((choices_of(item) for item in schema["anyOf"] if "enum" in item), [])
    return list(schema.get("enum", ()))


def _nearest_choice(value: Any, choices: list[Any], default: Any) -> tuple[Any, str | None]:
    """What was probably meant, and the same as a word if the guess is worth a question."""
    number = _number(value)
    if number is not None and all(isinstance(choice, int) for choice in choices):
        return min(choices, key=lambda choice: abs(choice - number)), None
    near = nearest(str(value), [plain(choice) for choice in choices])
    return next((choice for choice in choices if plain(choice) == near), default), near


def _number(value: Any) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def plain(value: Any) -> str:
    """A value as a query string spells it."""
    if isinstance(value, list | tuple):
        return ",".join(plain(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


class Input(BaseModel):
    """The tensor that goes in. Its channels follow from the subject."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Annotated[
        str | None,
        Field(
            pattern=r"^[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?$",
            description="height and width of the input: 56, or 97x131",
        ),
        Hint(
            Text(
                "a size such as 56, or height x width: 97x131",
                "形如 56 的边长，或“高 x 宽”，如 97x131",
            )
        ),
    ] = None
    batch: Annotated[int, Field(ge=1, le=4096, description="images at once")] = 1

    def size(self, default: int) -> tuple[int, int]:
        """Height and width in pixels."""
        sides = [int(part) for part in (self.input or str(default)).split("x")]
        return sides[0], sides[-1]


_ANY = "|".join(LABELS)


def _in_order(labels: str) -> str:
    """Each label once, in one order: the same labels are the same request."""
    asked = labels.split(",")
    return ",".join(label for label in LABELS if label in asked)


# The width of what a picture is for, in points: a slide of 13.33 inches less its margins, A4 with
# margins of 2 cm, and one column or both of a two-column paper (IEEE: 3.5 and 7.16 inches).
WIDTHS = {"slide": 816.0, "a4": 482.0, "column": 252.0, "columns": 515.5}
_PIXEL = 0.75
_LONGEST_TITLE = 120
# Marks that join letters or choose their form; other marks that are not seen have no place here.
_JOINERS = "\u200c\u200d"


def _one_line(title: str | None) -> str | None:
    """A title as it is. Raises ParameterError where it is too long or more than visible text."""
    if title is None:
        return None
    unseen = {
        letter
        for letter in title
        if unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
        and letter not in _JOINERS
    }
    if not unseen and len(title) <= _LONGEST_TITLE:
        return title
    clean = " ".join("".join(" " if letter in unseen else letter for letter in title).split())
    reason = Text("it has {} letters, more than {}", "它有 {} 个字符，超过了 {} 个").format(
        len(title), _LONGEST_TITLE
    )
    if unseen:
        codes = ", ".join(sorted(f"U+{ord(letter):04X}" for letter in unseen))
        reason = Text(
            "it contains characters that nobody sees: {}", "它含有看不见的控制字符：{}"
        ).format(codes)
    raise ParameterError(
        "title",
        title,
        reason,
        allowed=Text("up to 120 letters on one line", "一行，最多 120 个字符"),
        suggestion=clean[:_LONGEST_TITLE].strip(),
    )


class Options(BaseModel):
    """How the structure is shown. Nothing here changes a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detail: Annotated[
        Detail | None,
        Field(description="what a box is: a stage, a block, a layer, or a single op (call)"),
    ] = None
    fold: Annotated[bool, Field(description="show one of several equal neighbours, with × n")] = (
        True
    )
    expand: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_.:]+(,[A-Za-z0-9_.:]+)*$",
            description="groups to open in a coarser view, such as layer1.0,layer3",
        ),
        Hint(Text("paths of groups, such as layer1.0,layer3", "组的路径，例如 layer1.0,layer3")),
    ] = ""
    direction: Annotated[
        Literal["TB", "LR"], Field(description="top to bottom, or left to right")
    ] = "TB"
    labels: Annotated[
        str,
        Field(
            pattern=rf"^({_ANY})(,({_ANY}))*$",
            description="what a box tells: " + ", ".join(LABELS),
            json_schema_extra={"parts": list(LABELS)},
        ),
        Hint(Text("some of {}", "{} 中的若干项").format(",".join(LABELS))),
        AfterValidator(_in_order),
    ] = ",".join(DEFAULT_LABELS)
    shapes: Annotated[
        Literal["concrete", "symbolic"],
        Field(description="shapes as numbers, or as formulas such as N×64×H/2×W/2"),
    ] = "concrete"
    color: Annotated[
        Literal["role", "params", "macs", "memory"],
        Field(
            description="what the colours of the boxes tell: what a box is, or its share of the "
            "parameters, the multiply-adds or the activation memory (SVG, PNG, PDF)"
        ),
    ] = "role"
    style: Annotated[
        Literal["boxes", "slabs"],
        Field(
            description="boxes alone, or in each the tensor that it gives out as a slab to scale: "
            "side = height and width, thickness = channels (SVG, PNG, PDF)"
        ),
    ] = "boxes"
    theme: Annotated[
        Literal["light", "dark", "auto", "ink"],
        Field(
            description="colours; auto follows the reader's system (SVG); ink is black and white, "
            "hatched, for print"
        ),
    ] = "light"
    title: Annotated[
        str | None,
        Field(description="your own title above the picture, up to 120 letters; empty for none"),
        Hint(Text("up to 120 letters on one line", "一行，最多 120 个字符")),
        MayBeEmpty(),
        AfterValidator(_one_line),
    ] = None
    header: Annotated[bool, Field(description="title and figures above the picture")] = True
    legend: Annotated[bool, Field(description="what the kinds of line mean, below it")] = True
    background: Annotated[
        Literal["paper", "none"], Field(description="the ground: a sheet, or nothing at all")
    ] = "paper"
    width: Annotated[
        str | None,
        Field(
            pattern=rf"^({'|'.join(WIDTHS)}|[1-9][0-9]{{1,3}})$",
            description="how wide: pixels, or slide, a4, column, columns, where a picture whose "
            "letters would be too small to read is drawn coarser (SVG, PNG, PDF)",
        ),
        Hint(
            Text("a number of pixels from 10 to 9999, or {}", "10 到 9999 的像素数，或 {}").format(
                ", ".join(WIDTHS)
            )
        ),
    ] = None
    lang: Annotated[Language, Field(description="language of the words in the picture")] = "en"
    scale: Annotated[int, Field(ge=1, le=4, description="size of a PNG")] = 1
    ascii: Annotated[
        bool, Field(description="draw the text form with plain ASCII letters (txt)")
    ] = False

    @property
    def points(self) -> float | None:
        """How wide the picture shall be, in points; None where it is as wide as it is."""
        if self.width is None:
            return None
        return WIDTHS.get(self.width) or int(self.width) * _PIXEL

    @property
    def is_named_width(self) -> bool:
        """Whether the width is that of a place, which keeps letters large enough to read."""
        return self.width in WIDTHS

    def enlarged(self, width: float) -> float:
        """How many times as large a sheet of so many points is shown; a place never enlarges."""
        if self.points is None:
            return 1.0
        factor = self.points / width
        return min(1.0, factor) if self.is_named_width else factor

    def readable_width(self, least: float) -> float:
        """The widest sheet that is shown at ``least`` of its size or larger; without end where no
        place is named.
        """
        return (self.points or inf) / least if self.is_named_width else inf

    @property
    def expanded(self) -> tuple[str, ...]:
        return tuple(self.expand.split(",")) if self.expand else ()
