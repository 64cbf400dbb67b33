"""The vocabulary of knobs, and ``form_of``: a constructor's signature read as a form."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    create_model,
)
from pydantic_core import CoreSchema

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError


@dataclass(frozen=True)
class Hint:
    """What may be typed into a knob whose values are too many to list."""

    text: Text

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema) | {"format_hint": self.text["en"]}


@dataclass(frozen=True)
class MayBeEmpty:
    """A text for which nothing at all is a value, as it is for a title."""


def _six_n_plus_two(depth: int) -> int:
    if depth % 6 != 2:
        near = round((depth - 2) / 6) * 6 + 2
        raise ParameterError(
            "depth",
            depth,
            Text(
                "the depth is 6n + 2: a stem, three stages of n blocks of two layers, a classifier",
                "深度为 6n + 2：起始一层，三个阶段，每阶段 n 个两层的块，再加一个分类器",
            ),
            allowed=Text(
                "20, 32, 44, 56, 110, 1202, or another 6n + 2",
                "20、32、44、56、110、1202，或其他形如 6n + 2 的数",
            ),
            suggestion=max(8, near),
        )
    return depth


Channels = Annotated[int, Field(ge=1, le=16384)]
Inplanes = Annotated[Channels, Field(description="channels coming in")]
Planes = Annotated[
    Channels, Field(description="width of the block; it gives out planes × expansion channels")
]
Outplanes = Annotated[Channels, Field(description="channels going out")]
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
    Literal["auto", "projection", "avgpool", "padded", "identity", "none"],
    Field(
        description="auto: a projection (1×1 convolution) only where the shapes differ; "
        "avgpool: pooled first (ResNet-D); padded: zeros for new channels (option A); "
        "none: no shortcut at all, a plain network"
    ),
]
Attention = Annotated[
    Literal["none", "se", "eca", "cbam"],
    Field(description="what weighs the channels (and for CBAM the positions) before the addition"),
]
Preact = Annotated[
    bool, Field(description="norm and activation before each convolution (ResNet-v2)")
]
Stem = Annotated[
    Literal["conv7x7", "deep"],
    Field(description="one 7×7 convolution, or three 3×3 (ResNet-C and -D)"),
]
KernelSize = Annotated[int, Field(ge=1, le=15, description="side of the kernel")]
Padding = Annotated[int, Field(ge=0, le=15, description="zeros added on each side")]
Conv2Stride = Annotated[
    Literal["same", "1"],
    Field(description="stride of the second convolution: the same as the first, or 1"),
]
DownsampleMode = Annotated[
    Literal["conv", "max", "avg"], Field(description="convolution, max pooling or average pooling")
]
Projects = Annotated[
    Literal["auto", "projection", "identity"],
    Field(description="auto: a 1×1 convolution on the shortcut only where the shapes differ"),
]
Scale = Annotated[int, Field(ge=2, le=16, description="slices that the 3×3 works on")]
ExpandRatio = Annotated[
    int, Field(ge=1, le=16, description="how much wider the block is in its middle")
]
Order = Annotated[int, Field(ge=1, le=7, description="how often the recursive gate multiplies")]
LayerScale = Annotated[bool, Field(description="a learned factor per channel on each branch")]
DropPath = Annotated[
    float,
    Field(ge=0, le=0.9, description="chance in training that a branch is left out (drop path)"),
]
Depth = Annotated[
    int,
    Field(ge=8, le=1202, description="layers with weights, 6n + 2"),
    AfterValidator(_six_n_plus_two),
]
Layers = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]{0,2}(,[1-9][0-9]{0,2}){3}$",
        description="blocks in each of the four stages",
    ),
    Hint(Text("four numbers from 1 to 999, such as 3,4,6,3", "四个 1 到 999 的数，例如 3,4,6,3")),
]
Depths = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]?(,[1-9][0-9]?){3}$",
        description="blocks in each of the four stages",
    ),
    Hint(Text("four numbers from 1 to 99, such as 2,3,18,2", "四个 1 到 99 的数，例如 2,3,18,2")),
]
BaseDim = Annotated[
    int, Field(ge=16, le=1024, multiple_of=2, description="channels of the first stage")
]
BatchNorm = Annotated[bool, Field(description="a batch norm after each convolution")]
VggName = Annotated[Literal["vgg16", "vgg16_bn"], Field(description="without or with batch norm")]
ReturnIntermediate = Annotated[
    bool, Field(description="give out four feature maps instead of the last one")
]
StageIndex = Annotated[int, Field(ge=0, le=3, description="which of the four stages, from 0")]
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


# What others call a knob: each alias stands for the first of these that the subject has.
ALIASES: dict[str, tuple[str, ...]] = {
    "rate": ("dilation",),
    "in_channels": ("inplanes",),
    "in_channel": ("inplanes",),
    "in_planes": ("inplanes",),
    "dim": ("inplanes",),
    "out_channels": ("outplanes", "planes"),
    "out_channel": ("outplanes", "planes"),
    "out_planes": ("outplanes", "planes"),
    "channel": ("planes",),
    "block_num": ("blocks",),
    "blocks_num": ("layers",),
    "num_blocks": ("layers", "blocks"),
    "width_per_group": ("base_width",),
    "cardinality": ("groups",),
    "dim_base": ("base_dim",),
    "drop_path_rate": ("drop_path",),
}


# Knobs by what they decide, in the order in which a form shows them.
GROUPS: dict[str, tuple[str, ...]] = {
    "Architecture": (
        "block", "blocks", "layers", "depth", "depths", "index", "base_dim", "stem", "mode", "name",
        "preact", "order", "scales",
    ),
    "Channels and stride": ("inplanes", "planes", "outplanes", "expand_ratio", "stride"),
    "Convolution": (
        "groups", "base_width", "dilation", "dilate", "output_stride", "stride_on", "kernel_size",
        "padding", "conv2_stride",
    ),
    "Norm, activation, attention": (
        "norm_layer", "batch_norm", "activation", "attention", "layer_scale", "drop_path",
    ),
    "Shortcut": ("shortcut", "downsample", "zero_init_residual"),
    "Head": ("num_classes", "include_top", "return_interm_layers"),
}  # fmt: skip


def signature_of(cls: Any) -> dict[str, tuple[Any, Any]]:
    """The constructor's parameters in order: name → annotation and default.

    Raises TypeError where a parameter lacks an annotation or a default: whoever writes a block
    sees it at import, not a visitor at the form.
    """
    constructor: Any = cls.__init__
    hints = get_type_hints(constructor, include_extras=True)
    fields: dict[str, tuple[Any, Any]] = {}
    for name, parameter in list(inspect.signature(constructor).parameters.items())[1:]:
        if name not in hints or parameter.default is inspect.Parameter.empty:
            raise TypeError(f"{cls.__name__}.{name} needs an annotation and a default")
        fields[name] = hints[name], parameter.default
    return fields


def form_of(
    name: str, fields: Mapping[str, tuple[Any, Any]], fixed: Collection[str] = ()
) -> type[BaseModel]:
    """A signature as a frozen pydantic model that forbids what it does not know.

    ``fixed`` names the parameters that a preset has decided and that the form leaves out.
    Raises TypeError where a parameter lacks a description.
    """
    free: dict[str, Any] = {knob: field for knob, field in fields.items() if knob not in fixed}
    model = create_model(name, __config__=ConfigDict(extra="forbid", frozen=True), **free)
    for knob, info in model.model_fields.items():
        if not info.description:
            raise TypeError(f"{name}.{knob} needs a description")
    return model


# Every type of knob by its name in this file.
VOCABULARY: dict[str, Any] = {
    name: hint for name, hint in globals().items() if get_origin(hint) is Annotated
}
