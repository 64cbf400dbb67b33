"""What a request says beside the structure: the input, and how the picture shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from resnet_core.bilingual import Language, Text
from resnet_core.graph.view import Detail
from resnet_core.language.notation import DEFAULT_LABELS, LABELS
from resnet_core.params import Hint


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
                "a size such as 56, or height x width: 97x131", "形如 56 的边长，或“高x宽”：97x131"
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
    theme: Annotated[
        Literal["light", "dark", "auto"],
        Field(description="colours; auto follows the reader's system (SVG)"),
    ] = "light"
    lang: Annotated[Language, Field(description="language of the words in the picture")] = "en"
    scale: Annotated[int, Field(ge=1, le=4, description="size of a PNG")] = 1
    ascii: Annotated[
        bool, Field(description="draw the text form with plain ASCII letters (txt)")
    ] = False

    @property
    def expanded(self) -> tuple[str, ...]:
        return tuple(self.expand.split(",")) if self.expand else ()
