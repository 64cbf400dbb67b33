"""The table of torch's functions, and of tensors' methods, that a source may call.

Each is called by the name that stands here and no other. A tensor has a shape and no data, so a
function that asks for data is refused by torch itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.budget import LONGEST_VALUE, Exceeded, Refused, light
from resnet_core.source.values import Native, Partial, admitted


# The tables are read by people: names stand side by side in one string.
def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


_SHARED = words(
    """
    abs absolute add addcmul addmm amax amin argmax argmin any all baddbmm bmm broadcast_to cat ceil
    chunk clamp clamp_max clamp_min clone concat concatenate cos cosh cross cummax cumprod cumsum
    diag diagonal diff div divide dot dropout einsum eq erf exp expm1 flatten flip floor
    floor_divide fmod ge gelu gt hstack index_select isnan le lerp log log1p log2 log_softmax
    logical_and logical_not logical_or logsumexp lt masked_fill matmul max maximum mean median
    meshgrid min minimum mm movedim mul multiply mv narrow ne neg negative norm numel outer permute
    pow prod reciprocal relu repeat_interleave reshape roll rot90 round rsqrt rsub scatter select
    selu sigmoid sign sin sinh softmax sort split sqrt square squeeze stack std sub subtract sum
    swapaxes swapdims t take_along_dim tan tanh tensordot tile topk transpose tril triu true_divide
    trunc unbind unflatten unfold unsqueeze var var_mean vstack where gather masked_select
    channel_shuffle pixel_shuffle pixel_unshuffle conv1d conv2d conv3d conv_transpose1d
    conv_transpose2d conv_transpose3d cosine_similarity celu rrelu adaptive_avg_pool1d batch_norm
    layer_norm group_norm instance_norm relu_ bilinear sigmoid_ tanh_ exp_ sqrt_ square_ neg_ clamp_
    dropout_ celu_ selu_ rrelu_ acos addcdiv addmv adjoint aminmax arctan argsort asin atan atan2
    bitwise_and bitwise_not bitwise_or bitwise_xor cdist clip complex cosine_embedding_loss
    count_nonzero cummin detach diag_embed exp2 fliplr flipud float_power fmax fmin frac greater
    greater_equal imag inner is_complex is_floating_point isfinite isinf kron less less_equal log10
    logaddexp logcumsumexp logical_xor logit moveaxis msort nan_to_num nanmean nansum not_equal
    polar positive prelu quantile ravel real remainder scatter_add scatter_reduce sinc
    split_with_sizes take tensor_split trace vdot view_as_complex view_as_real xlogy
    kthvalue index_add index_copy index_fill dist
    """
)
_FUNCTIONAL = words(
    """
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
    adaptive_max_pool2d adaptive_max_pool3d alpha_dropout avg_pool1d avg_pool2d avg_pool3d
    batch_norm bilinear celu conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d
    cosine_similarity dropout dropout1d dropout2d dropout3d elu embedding fold gelu glu grid_sample
    affine_grid group_norm hardshrink hardsigmoid hardswish hardtanh instance_norm interpolate
    layer_norm leaky_relu linear local_response_norm log_softmax logsigmoid lp_pool1d lp_pool2d
    max_pool1d max_pool2d max_pool3d max_unpool2d mish multi_head_attention_forward normalize
    one_hot pad pixel_shuffle pixel_unshuffle prelu relu relu6 relu_ rms_norm rrelu
    scaled_dot_product_attention selu sigmoid silu softmax softmin softplus softshrink softsign tanh
    tanhshrink threshold unfold upsample elu_ leaky_relu_ hardtanh_ feature_alpha_dropout
    channel_shuffle binary_cross_entropy binary_cross_entropy_with_logits celu_ cross_entropy
    cosine_embedding_loss embedding_bag fractional_max_pool2d gumbel_softmax huber_loss kl_div
    l1_loss lp_pool3d max_unpool1d max_unpool3d mse_loss nll_loss pairwise_distance pdist rrelu_
    selu_
    smooth_l1_loss threshold_ triplet_margin_loss upsample_bilinear upsample_nearest
    adaptive_max_pool2d_with_indices max_pool2d_with_indices
    """
)
_METHODS = words(
    """
    abs add add_ addcmul addmm amax amin argmax argmin any all baddbmm bernoulli_ bmm broadcast_to
    ceil chunk clamp clamp_ clamp_max clamp_min clone contiguous cos cumprod cumsum detach diagonal
    dim div div_ dot eq erf exp expand expand_as fill_ flatten flip float floor floor_divide ge gt
    half index_select is_contiguous isnan item le lerp log log2 log_softmax logical_and logical_not
    logical_or logsumexp lt masked_fill masked_fill_ matmul max maximum mean median min minimum mm
    movedim mul mul_ narrow ne neg nelement new_empty new_full new_ones new_zeros norm normal_ numel
    outer permute pow prod reciprocal relu relu_ repeat repeat_interleave requires_grad_ reshape
    reshape_as roll round rsqrt scatter scatter_ select sigmoid sigmoid_ sign sin size softmax sort
    split sqrt square squeeze std sub sub_ sum swapaxes swapdims t tan tanh tanh_ tile to tolist
    topk transpose tril triu type_as unbind unflatten unfold uniform_ unsqueeze unsqueeze_ var view
    view_as zero_ gather cpu cuda double int long bool type index_add index_fill copy_ true_divide
    nonzero bernoulli trunc exp_ log_ neg_ sqrt_ stride abs_ acos addcdiv addcdiv_ addcmul_ addmm_
    adjoint aminmax argsort asin atan atan2 bfloat16 bitwise_and bitwise_not bitwise_or bitwise_xor
    byte ceil_ char clamp_max_ clamp_min_ clip clip_ cos_ cosh count_nonzero cross cummax cummin
    detach_ diag diag_embed diff divide exp2 expm1 exponential_ fliplr flipud floor_ fmod frac
    greater greater_equal index_add_ index_copy index_copy_ index_fill_ index_put_ inner
    is_complex is_floating_point isfinite isinf kthvalue lerp_ less less_equal log10 log1p logaddexp
    logcumsumexp logical_xor logit masked_scatter masked_select moveaxis msort multinomial multiply
    multiply_ mv nan_to_num nanmean nansum ndimension negative new_tensor not_equal pow_ prelu
    quantile random_ ravel reciprocal_ remainder rot90 round_ rsqrt_ scatter_add scatter_add_
    scatter_reduce scatter_reduce_ short sin_ sinh split_with_sizes square_ squeeze_ subtract
    swapaxes_ t_ take take_along_dim tensor_split trace transpose_ tril_ triu_ where xlogy
    """
)
_FACTORIES = words(
    """
    zeros ones empty full rand randn randint randperm eye zeros_like ones_like empty_like full_like
    rand_like randn_like normal bernoulli hann_window
    """
)
_FOURIER = words(
    """
    fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn fftshift ifftshift
    """
)
_ALGEBRA = words("norm vector_norm matrix_norm")
# Of these a source reads the values, as long as they are few.
_COUNTED = ("linspace", "arange", "tensor", "as_tensor", "logspace")
# What a tensor that has values may be asked without losing them.
_KEEPING = {
    "item", "tolist", "split", "chunk", "unbind", "flip", "size", "dim", "numel", "nelement", "max",
    "min", "sum", "cumsum", "to", "long", "int", "float", "view", "reshape", "clone", "detach",
}  # fmt: skip
_ELSEWHERE = {"cpu", "cuda", "half", "double"}
_EFFECTS = words(
    """
    trunc_normal_ normal_ uniform_ constant_ ones_ zeros_ eye_ dirac_ xavier_uniform_ xavier_normal_
    kaiming_uniform_ kaiming_normal_ orthogonal_ sparse_ kaiming_normal kaiming_uniform
    xavier_uniform xavier_normal normal constant uniform
    """
)


def function(name: str, call: Callable[..., Any]) -> Native:
    """A function of torch as the source calls it."""

    def run(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("device", None)
        args = tuple(_lost(value) for value in args)
        kwargs = {key: _lost(value) for key, value in kwargs.items()}
        _check_parts(name, args, kwargs)
        return admitted(call(*args, **kwargs))

    return Native(name, run, "function")


def _has_data(value: Any) -> bool:
    return type(value) is torch.Tensor and value.device.type == "cpu"


def _lost(value: Any) -> Any:
    """The value with small tensors moved to where none has data."""
    if isinstance(value, list | tuple):
        return type(value)(_lost(part) for part in value)
    return value.to("meta") if _has_data(value) else value


def _check_parts(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Refuse to cut a tensor into more parts than anybody could draw."""
    if name not in ("chunk", "split", "unbind", "tensor_split", "meshgrid"):
        return
    if not args or not isinstance(args[0], torch.Tensor):
        return
    dim = kwargs.get("dim", args[-1] if name == "unbind" and len(args) > 1 else 0)
    if name != "unbind" and len(args) > 2:
        dim = args[2]
    sizes = tuple(args[0].shape)
    if not isinstance(dim, int) or not sizes or not -len(sizes) <= dim < len(sizes):
        return
    size = args[1] if len(args) > 1 and name == "split" else kwargs.get("split_size_or_sections", 1)
    parts = sizes[dim] // max(size, 1) if isinstance(size, int) else 0
    if name == "chunk":
        count = args[1] if len(args) > 1 else kwargs.get("chunks", 1)
        parts = min(sizes[dim], count) if isinstance(count, int) else 0
    if name == "tensor_split":
        cuts = args[1] if len(args) > 1 else kwargs.get("indices_or_sections", 1)
        parts = cuts if isinstance(cuts, int) else 0
    if parts > LONGEST_VALUE // 10:
        raise Exceeded(Text("the tensor is cut into too many parts", "张量被切成太多份"))


def _method(name: str) -> Native:
    def run(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if name in ("item", "tolist") and not _has_data(tensor):
            raise Refused(
                Text("a tensor has a shape here and no values", "这里的张量只有形状，没有数值")
            )
        if name == "is_contiguous":
            return True
        if name in _ELSEWHERE:
            return tensor
        if name in ("to", "type"):
            kinds = [arg for arg in (*args, *kwargs.values()) if isinstance(arg, torch.dtype)]
            return tensor.to(kinds[0]) if kinds else tensor
        kwargs.pop("device", None)
        if _has_data(tensor) and name not in _KEEPING:
            tensor = tensor.to("meta")
        if not _has_data(tensor):
            args = tuple(_lost(value) for value in args)
            kwargs = {key: _lost(value) for key, value in kwargs.items()}
        _check_parts(name, (tensor, *args), kwargs)
        return admitted(getattr(tensor, name)(*args, **kwargs))

    return Native(name, run, "function")


def _factory(name: str) -> Native:
    def run(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("device", None)
        kwargs.pop("generator", None)
        given = [_lost(arg) for arg in args]
        if not any(isinstance(value, torch.Tensor) for value in (*given, *kwargs.values())):
            kwargs["device"] = "meta"
        return getattr(torch, name)(*given, **kwargs)

    return Native(name, run, "function")


def _counted(name: str) -> Native:
    """A tensor whose values are known: small enough to be kept."""

    def run(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("device", None)
        if name in ("tensor", "as_tensor"):
            if args and isinstance(args[0], torch.Tensor):
                return args[0]
            light(args)
            return getattr(torch, name)(*args, **kwargs, device="cpu")
        shaped = getattr(torch, name)(*args, **kwargs, device="meta")
        if shaped.numel() > LONGEST_VALUE:
            return shaped
        return getattr(torch, name)(*args, **kwargs, device="cpu")

    return Native(name, run, "function")


def _filled(tensor: Any = None, *_: Any, **__: Any) -> Any:
    return tensor


def parameter(data: Any = None, requires_grad: bool = True) -> nn.Parameter:
    """``nn.Parameter`` of a shape; what it holds is of no matter."""
    if not isinstance(data, torch.Tensor):
        raise Refused(Text("a parameter is made of a tensor", "参数必须由张量构成"))
    return nn.Parameter(data.to("meta").detach(), bool(requires_grad))


def inplace(table: Any, names: list[str]) -> dict[str, Native]:
    """The functions of these names in one of torch's packages, as far as it has them."""
    return {name: function(name, getattr(table, name)) for name in names if hasattr(table, name)}


def activation_function(value: Any) -> Any:
    """What torch itself is handed where it takes a function: one out of the tables."""
    if isinstance(value, Native) and value.name in _FUNCTIONAL and value.kind == "function":
        return getattr(F, value.name)
    if isinstance(value, Native | Partial):
        raise Refused(Text("this function cannot be handed on", "不能把这个函数传进去"))
    return value


FOURIER: Mapping[str, Native] = inplace(torch.fft, _FOURIER)
ALGEBRA: Mapping[str, Native] = inplace(torch.linalg, _ALGEBRA)


def _meshgrid(*tensors: Any, indexing: str = "ij") -> Any:
    """Torch warns where the order is not said; what it takes then is this one."""
    return torch.meshgrid(*tensors, indexing=indexing)


TORCH_FUNCTIONS: Mapping[str, Native] = {
    **inplace(torch, _SHARED),
    **{name: _factory(name) for name in _FACTORIES},
    **{name: _counted(name) for name in _COUNTED},
    "meshgrid": Native("meshgrid", _meshgrid),
}
FUNCTIONAL: Mapping[str, Native] = inplace(F, _FUNCTIONAL)
TENSOR_METHODS: Mapping[str, Native] = {name: _method(name) for name in _METHODS}
INITIALISERS: Mapping[str, Native] = {name: Native(name, _filled, "effect") for name in _EFFECTS}
