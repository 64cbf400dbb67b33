"""The vocabulary of knobs, and ``params_of``: a constructor's signature read as a form."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

Channels = Annotated[int, Field(ge=1, le=16384)]
Inplanes = Annotated[Channels, Field(description="channels coming in")]
Planes = Annotated[
    Channels, Field(description="width of the block; it gives out planes × expansion channels")
]
Stride = Annotated[
    int, Field(ge=1, le=4, description="step of the convolution; 2 halves height and width")
]
Dilation = Annotated[
    int,
    Field(
        ge=1, le=32, description="spacing of the 3×3 kernel's points: sees further, costs the same"
    ),
]
Groups = Annotated[
    int,
    Field(
        ge=1, le=16384, description="the 3×3 works in this many separate channel groups (ResNeXt)"
    ),
]
BaseWidth = Annotated[
    int,
    Field(
        ge=1, le=4096, description="channels per group at planes=64; 128 makes the block twice wide"
    ),
]
NormLayer = Annotated[
    Literal["batch", "group", "instance", "layer", "none"],
    Field(description="normalisation after each convolution"),
]
Activation = Annotated[
    Literal["relu", "relu6", "leaky_relu", "elu", "silu", "gelu", "hardswish", "mish"],
    Field(description="the non-linearity"),
]
StrideOn = Annotated[
    Literal["conv2", "conv1"],
    Field(description="which convolution takes the stride: the 3×3 (v1.5) or the first 1×1 (v1)"),
]
Shortcut = Annotated[
    Literal["auto", "projection", "identity", "none"],
    Field(
        description="auto: a projection (1×1 convolution) only where the shapes differ; "
        "none: no shortcut at all, a plain network"
    ),
]
Layers = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]{0,2}(,[1-9][0-9]{0,2}){3}$",
        description="blocks in each of the four stages",
        json_schema_extra={"format_hint": "four numbers from 1 to 999, such as 3,4,6,3"},
    ),
]
OutputStride = Annotated[
    Literal[32, 16, 8],
    Field(description="input size over final map size; 16 and 8 trade stride for dilation"),
]
NumClasses = Annotated[int, Field(ge=1, le=100_000, description="outputs of the classifier")]
IncludeTop = Annotated[bool, Field(description="end with pooling and classifier")]
ZeroInitResidual = Annotated[
    bool, Field(description="start each block as the identity: its last norm's weight is zero")
]
Blocks = Annotated[int, Field(ge=1, le=256, description="blocks in the stage")]
Dilate = Annotated[bool, Field(description="trade the stride for dilation, as DeepLab does")]


@cache
def params_of(cls: Any, fixed: frozenset[str] = frozenset()) -> type[BaseModel]:
    """The constructor's signature as a frozen pydantic model that forbids what it does not know.

    ``fixed`` names the parameters that a preset has decided and that the form leaves out.
    Raises TypeError where a parameter lacks an annotation, a default or a description: whoever
    writes a block sees it at import, not a visitor at the form.
    """
    constructor: Any = cls.__init__
    hints = get_type_hints(constructor, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(constructor).parameters.items())[1:]:
        if name not in hints or parameter.default is inspect.Parameter.empty:
            raise TypeError(f"{cls.__name__}.{name} needs an annotation and a default")
        if name not in fixed:
            fields[name] = (hints[name], parameter.default)
    model = create_model(cls.__name__, __config__=ConfigDict(extra="forbid", frozen=True), **fields)
    for name, field in model.model_fields.items():
        if not field.description:
            raise TypeError(f"{cls.__name__}.{name} needs a description")
    return model
