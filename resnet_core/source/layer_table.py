"""The table of torch's layers that a source may build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.budget import LONGEST_VALUE, MODULES, Exceeded
from resnet_core.source.functions import parameter, words
from resnet_core.source.values import Native

_NAMES = words(
    """
    Identity Linear Bilinear LazyLinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
    ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d Fold Unfold MaxPool1d MaxPool2d MaxPool3d
    AvgPool1d AvgPool2d AvgPool3d LPPool1d LPPool2d AdaptiveMaxPool1d AdaptiveMaxPool2d
    AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d ReflectionPad1d
    ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d
    ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d CircularPad2d ELU Hardshrink
    Hardsigmoid Hardtanh Hardswish LeakyReLU LogSigmoid MultiheadAttention PReLU ReLU ReLU6 RReLU
    SELU CELU GELU Sigmoid SiLU Mish Softplus Softshrink Softsign Tanh Tanhshrink Threshold GLU
    Softmin Softmax Softmax2d LogSoftmax BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm2d
    GroupNorm SyncBatchNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d LayerNorm LocalResponseNorm
    RMSNorm RNN LSTM GRU TransformerEncoder TransformerDecoder TransformerEncoderLayer
    TransformerDecoderLayer Transformer Dropout Dropout1d Dropout2d Dropout3d AlphaDropout
    FeatureAlphaDropout Embedding CosineSimilarity PixelShuffle PixelUnshuffle Upsample
    UpsamplingNearest2d UpsamplingBilinear2d ChannelShuffle Flatten Unflatten Sequential ModuleList
    ModuleDict ParameterList ParameterDict CircularPad1d CircularPad3d EmbeddingBag
    GRUCell LPPool3d LSTMCell LazyBatchNorm1d LazyBatchNorm3d LazyConvTranspose1d
    LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm2d MaxUnpool1d MaxUnpool2d MaxUnpool3d
    PairwiseDistance RNNCell FractionalMaxPool2d FractionalMaxPool3d
    """
)
_LOSSES = words(
    """
    CrossEntropyLoss NLLLoss MSELoss L1Loss SmoothL1Loss BCELoss BCEWithLogitsLoss KLDivLoss
    """
)
LARGEST_SIZE = 2**24
_COPIES = ("num_layers", "num_encoder_layers", "num_decoder_layers")
_MOST_COPIES = 64


class Oversized(Exceeded):
    """A layer larger than any picture is worth."""


def check(name: str, values: Any) -> None:
    """Refuse a layer whose sizes are beyond all use. Raises Exceeded."""
    for value in values:
        if isinstance(value, int) and abs(value) > LARGEST_SIZE:
            raise Oversized(
                Text("{} gets the size {:,}, more than {:,}", "{} 的尺寸 {:,} 超过了 {:,}").format(
                    name, value, LARGEST_SIZE
                )
            )
        if isinstance(value, list | tuple) and len(value) <= LONGEST_VALUE:
            check(name, [part for part in value if not isinstance(part, nn.Module)])


def check_copies(name: str, args: Any, kwargs: Mapping[str, Any]) -> None:
    """Refuse layers that are stacked by number, more than anybody draws. Raises Exceeded."""
    numbers = [kwargs[key] for key in _COPIES if key in kwargs]
    if name in ("RNN", "LSTM", "GRU"):
        numbers += args[2:3]
    elif name in ("TransformerEncoder", "TransformerDecoder"):
        numbers += args[1:2]
    elif name == "Transformer":
        numbers += args[2:4]
    if any(isinstance(number, int) and number > _MOST_COPIES for number in numbers):
        raise Oversized(
            Text("more than {} layers are stacked", "堆叠的层超过了 {} 个").format(_MOST_COPIES)
        )


def count(module: nn.Module) -> int:
    """How many modules a layer brings. Raises Exceeded where they are too many."""
    found = 0
    for _ in module.modules():
        found += 1
        if found > MODULES:
            raise Exceeded(
                Text("there are more than {:,} modules", "模块超过了 {:,} 个").format(MODULES)
            )
    return found


def layer(name: str, cls: type[nn.Module]) -> Native:
    """A class of torch as the source sees it: it is called, and asked for by isinstance."""
    return Native(name, cls, "layer", cls)


LAYERS: Mapping[str, Native] = {
    **{name: layer(name, getattr(nn, name)) for name in (*_NAMES, *_LOSSES) if hasattr(nn, name)},
    "Module": Native("Module", nn.Module, "layer", nn.Module),
    "Parameter": Native("Parameter", parameter, "function", nn.Parameter),
    "Buffer": Native("Buffer", lambda data=None, persistent=True: data, "function", torch.Tensor),
}
BY_CLASS: Mapping[type, Native] = {
    item.type: item for item in LAYERS.values() if item.kind == "layer"
}
