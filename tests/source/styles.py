"""Blocks and networks in the many manners in which people write them."""

from __future__ import annotations

from tests.source.executed import IMPORTS

Shapes = list[tuple[int, ...]]

# name → source, call, input shapes
STYLES: dict[str, tuple[str, str, Shapes]] = {}


def style(name: str, call: str, *shapes: tuple[int, ...]) -> None:
    """Take up the source that stands under this name in ``SOURCES``."""
    STYLES[name] = (IMPORTS + SOURCES[name], call, list(shapes))


SOURCES = {
    "blog": '''
class ResidualBlock(nn.Module):
    """A residual block."""

    def __init__(self, in_channels, out_channels, stride=1):
        super(ResidualBlock, self).__init__()
        self.left = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x):
        out = self.left(x)
        out += self.shortcut(x)
        return F.relu(out)
''',
    "cifar": """
class Block(nn.Module):
    expansion = 1

    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != self.expansion * planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, self.expansion * planes, 1, stride, bias=False),
                nn.BatchNorm2d(self.expansion * planes),
            )

    def forward(self, x):
        return F.relu(self.bn1(self.conv1(x)) + self.shortcut(x))


class Net(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.in_planes = 16
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.layer1 = self._make_layer(block, 16, num_blocks[0], stride=1)
        self.layer2 = self._make_layer(block, 32, num_blocks[1], stride=2)
        self.linear = nn.Linear(32 * block.expansion, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                n = m.kernel_size[0] * m.kernel_size[1] * m.out_channels
                m.weight.data.normal_(0, (2.0 / n) ** 0.5)
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                m.weight.data.fill_(1)
                nn.init.zeros_(m.bias)

    def _make_layer(self, block, planes, num_blocks, stride):
        strides = [stride] + [1] * (num_blocks - 1)
        layers = []
        for stride in strides:
            layers.append(block(self.in_planes, planes, stride))
            self.in_planes = planes * block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        out = F.relu(self.conv1(x))
        out = self.layer2(self.layer1(out))
        out = F.avg_pool2d(out, 8)
        out = out.view(out.size(0), -1)
        return self.linear(out)


def net20(**kwargs):
    return Net(Block, [2, 2], **kwargs)
""",
    "unet": """
from typing import List, Optional


def double_conv(i: int, o: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(i, o, 3, padding=1), nn.ReLU(True), nn.Conv2d(o, o, 3, padding=1), nn.ReLU(True)
    )


class UNet(nn.Module):
    def __init__(self, channels: List[int] = [8, 16, 32], classes: Optional[int] = None) -> None:
        super().__init__()
        self.down = nn.ModuleList()
        last = 3
        for width in channels:
            self.down.append(double_conv(last, width))
            last = width
        self.up = nn.ModuleList(
            [nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(channels[:-1], channels[1:])]
        )
        self.fuse = nn.ModuleDict({f"level{i}": double_conv(2 * c, c) for i, c in enumerate(channels[:-1])})
        self.head = nn.Conv2d(channels[0], classes or 1, 1)

    def forward(self, x):
        skips = []
        for i, stage in enumerate(self.down):
            if i > 0:
                x = F.max_pool2d(x, 2)
            x = stage(x)
            skips.append(x)
        for i in reversed(range(len(self.up))):
            x = self.up[i](x)
            x = torch.cat([skips[i], x], dim=1)
            x = self.fuse[f"level{i}"](x)
        return self.head(x)
""",
    "inverted": """
def _make_divisible(v, divisor, min_value=None):
    if min_value is None:
        min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v


class ConvBN(nn.Sequential):
    def __init__(self, i, o, k=3, s=1, g=1, act=True):
        padding = (k - 1) // 2
        layers = [nn.Conv2d(i, o, k, s, padding, groups=g, bias=False), nn.BatchNorm2d(o)]
        if act:
            layers += [nn.ReLU6(inplace=True)]
        super().__init__(*layers)


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio):
        super().__init__()
        assert stride in [1, 2], "stride is 1 or 2"
        hidden = int(round(inp * expand_ratio))
        self.use_res = stride == 1 and inp == oup
        layers = []
        if expand_ratio != 1:
            layers.append(ConvBN(inp, hidden, k=1))
        layers.extend([ConvBN(hidden, hidden, s=stride, g=hidden), ConvBN(hidden, oup, 1, act=False)])
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv(x) if self.use_res else self.conv(x)


class Mobile(nn.Module):
    def __init__(self, width_mult=1.0):
        super().__init__()
        settings = [
            # t, c, n, s
            [1, 16, 1, 1],
            [6, 24, 2, 2],
        ]
        channels = _make_divisible(32 * width_mult, 8)
        features = [ConvBN(3, channels, s=2)]
        for t, c, n, s in settings:
            out = _make_divisible(c * width_mult, 8)
            for i in range(n):
                features.append(InvertedResidual(channels, out, s if i == 0 else 1, t))
                channels = out
        self.features = nn.Sequential(*features)

    def forward(self, x):
        return self.features(x)
""",
    "transformer": """
import math


class Attention(nn.Module):
    def __init__(self, dim, heads=4, qkv_bias=False):
        super().__init__()
        self.heads = heads
        head_dim = dim // heads
        self.scale = head_dim ** -0.5
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attn = (q @ k.transpose(-2, -1)) * self.scale
        attn = attn.softmax(dim=-1)
        x = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


class Block(nn.Module):
    def __init__(self, dim, heads, mlp_ratio=4., norm_layer=nn.LayerNorm, act_layer=nn.GELU):
        super().__init__()
        self.norm1 = norm_layer(dim)
        self.attn = Attention(dim, heads=heads)
        self.norm2 = norm_layer(dim)
        hidden = int(dim * mlp_ratio)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), act_layer(), nn.Linear(hidden, dim))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return x


class ViT(nn.Module):
    def __init__(self, image=32, patch=8, dim=64, depth=2, heads=4, classes=10):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, patch, patch)
        n = (image // patch) ** 2
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, n + 1, dim) * .02)
        self.blocks = nn.ModuleList([Block(dim, heads) for _ in range(depth)])
        self.head = nn.Linear(dim, classes) if classes > 0 else nn.Identity()

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        cls = self.cls.expand(x.shape[0], -1, -1)
        x = torch.cat((cls, x), dim=1) + self.pos
        for blk in self.blocks:
            x = blk(x)
        return self.head(x[:, 0])
""",
    "functional": """
from functools import partial
from collections import OrderedDict

conv3 = partial(nn.Conv2d, kernel_size=3, padding=1)
NORMS = {"bn": nn.BatchNorm2d, "in": lambda c: nn.InstanceNorm2d(c, affine=True)}


def block(i, o, norm="bn", **kw):
    return nn.Sequential(OrderedDict([
        ("conv", conv3(i, o, **kw)),
        ("norm", NORMS[norm](o)),
        ("act", nn.SiLU()),
    ]))


class Stage(nn.Module):
    def __init__(self, *widths, norm="bn"):
        super().__init__()
        for index, (a, b) in enumerate(zip(widths, widths[1:]), start=1):
            setattr(self, f"block{index}", block(a, b, norm=norm, bias=False))
            self.add_module("drop%d" % index, nn.Dropout2d(0.1))
        self.depth = len(widths) - 1

    def forward(self, x):
        for index in range(1, self.depth + 1):
            y = getattr(self, "block{}".format(index))(x)
            y = getattr(self, "drop" + str(index))(y)
            x = torch.add(x, y) if x.shape == y.shape else y
        return x
""",
    "properties": """
from dataclasses import dataclass, field
from abc import ABC, abstractmethod


@dataclass
class Config:
    width: int = 16
    depth: int = 2
    act: str = "relu"
    more: list = field(default_factory=list)


class Base(nn.Module, ABC):
    @abstractmethod
    def body(self, x):
        ...

    def forward(self, x):
        return x + self.body(x) * self.gain

    @property
    def gain(self):
        return self._gain

    @staticmethod
    def act(name):
        return {"relu": nn.ReLU, "gelu": nn.GELU}[name]()

    @classmethod
    def from_config(cls, config):
        return cls(config.width, config.depth, config.act)


class Net(Base):
    def __init__(self, width, depth, act):
        super().__init__()
        self._gain = 0.5
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth))
        self.activation = self.act(act)

    def body(self, x):
        for conv in self.convs:
            x = self.activation(conv(x))
        return x
""",
    "densenet": """
class DenseLayer(nn.Module):
    def __init__(self, inp, growth):
        super().__init__()
        self.norm = nn.BatchNorm2d(inp)
        self.conv = nn.Conv2d(inp, growth, 3, padding=1, bias=False)

    def forward(self, features):
        x = torch.cat(features, 1)
        return self.conv(F.relu(self.norm(x), inplace=True))


class DenseBlock(nn.ModuleDict):
    def __init__(self, n, inp, growth):
        super().__init__()
        for i in range(n):
            self.add_module("layer%d" % (i + 1), DenseLayer(inp + i * growth, growth))

    def forward(self, x):
        features = [x]
        for name, layer in self.items():
            features.append(layer(features))
        return torch.cat(features, 1)
""",
    "inception": """
class Branches(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.b1 = nn.Conv2d(c, 8, 1)
        self.b3 = nn.Sequential(nn.Conv2d(c, 4, 1), nn.Conv2d(4, 8, 3, padding=1))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(c, 8, 1))

    def _forward(self, x):
        return [branch(x) for branch in (self.b1, self.b3, self.pool)]

    def forward(self, x):
        a, *rest = self._forward(x)
        return torch.cat([a, *rest], 1)
""",
    "layerscale": """
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-6, data_format="channels_last"):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.bias = nn.Parameter(torch.zeros(dim))
        self.eps = eps
        self.data_format = data_format
        if self.data_format not in ["channels_last", "channels_first"]:
            raise NotImplementedError
        self.normalized_shape = (dim,)

    def forward(self, x):
        if self.data_format == "channels_last":
            return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        u = x.mean(1, keepdim=True)
        s = (x - u).pow(2).mean(1, keepdim=True)
        x = (x - u) / torch.sqrt(s + self.eps)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class Block(nn.Module):
    def __init__(self, dim, init=1e-6):
        super().__init__()
        self.dw = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = LayerNorm(dim)
        self.pw1 = nn.Linear(dim, 4 * dim)
        self.pw2 = nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(init * torch.ones((dim)), requires_grad=True) if init > 0 else None

    def forward(self, x):
        input = x
        x = self.dw(x)
        x = x.permute(0, 2, 3, 1)
        x = self.pw2(F.gelu(self.pw1(self.norm(x))))
        if self.gamma is not None:
            x = self.gamma * x
        x = x.permute(0, 3, 1, 2)
        return input + x


class Net(nn.Module):
    def __init__(self, depths=(1, 2), dims=(8, 16), drop_path_rate=0.1):
        super().__init__()
        rates = [x.item() for x in torch.linspace(0, drop_path_rate, sum(depths), device="cpu")]
        self.down = nn.ModuleList([nn.Sequential(nn.Conv2d(3, dims[0], 4, 4), LayerNorm(dims[0], data_format="channels_first"))])
        self.stages = nn.ModuleList()
        cur = 0
        for i in range(len(dims) - 1):
            self.down.append(nn.Sequential(LayerNorm(dims[i], data_format="channels_first"), nn.Conv2d(dims[i], dims[i + 1], 2, 2)))
        for i, depth in enumerate(depths):
            self.stages.append(nn.Sequential(*[Block(dims[i]) for j in range(depth) if rates[cur + j] >= 0]))
            cur += depth

    def forward(self, x):
        for down, stage in zip(self.down, self.stages):
            x = stage(down(x))
        return x.mean([-2, -1])
""",
    "two_inputs": """
class Fuse(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.q, self.k = nn.Conv2d(c, c, 1), nn.Conv2d(c, c, 1)
        self.register_buffer("scale", torch.ones(1, c, 1, 1))

    def forward(self, a, b=None):
        b = a if b is None else b
        gate = torch.sigmoid(self.q(a) + self.k(b))
        return gate * a * self.scale + (1 - gate) * b
""",
    "copies": """
import copy


def clones(module, n):
    return nn.ModuleList([copy.deepcopy(module) for _ in range(n)])


class Stack(nn.Module):
    def __init__(self, c, n):
        super().__init__()
        self.layers = clones(nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.Tanh()), n)
        self.apply(self._init)

    def _init(self, m):
        if isinstance(m, nn.Conv2d):
            nn.init.xavier_uniform_(m.weight)
            if m.bias is not None:
                nn.init.constant_(m.bias, 0)

    def forward(self, x):
        i = 0
        while i < len(self.layers):
            x = x + self.layers[i](x)
            i += 1
        return x
""",
    "own_conv": """
class SameConv(nn.Conv2d):
    def __init__(self, i, o, k, stride=1, bias=True):
        super().__init__(i, o, k, stride, padding=0, bias=bias)

    def forward(self, x):
        k, s = self.kernel_size[0], self.stride[0]
        h = x.size(-1)
        pad = max((-(-h // s) - 1) * s + k - h, 0)
        x = F.pad(x, [pad // 2, pad - pad // 2, pad // 2, pad - pad // 2])
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = SameConv(3, 8, 3, 2)
        self.b = SameConv(8, 8, 3)

    def forward(self, x):
        x = self.a(x)
        return x + self.b(x)
""",
    "generators": """
def pairs(values):
    for a, b in zip(values[:-1], values[1:]):
        yield a, b


class MLP(nn.Module):
    def __init__(self, sizes, act=nn.ReLU):
        super().__init__()
        layers = []
        for a, b in pairs(sizes):
            layers += [nn.Linear(a, b), act()]
        layers.pop()
        self.net = nn.Sequential(*layers)
        self.out_features = sizes[-1]
        del layers

    def forward(self, x, *, flat=True, **kwargs):
        if flat and x.dim() > 2:
            x = x.flatten(1)
        return self.net(x)
""",
    "shuffle": """
def channel_shuffle(x, groups):
    b, c, h, w = x.size()
    x = x.view(b, groups, c // groups, h, w)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(b, -1, h, w)


class Unit(nn.Module):
    def __init__(self, inp, oup, stride):
        super(Unit, self).__init__()
        if not (1 <= stride <= 3):
            raise ValueError("illegal stride value")
        self.stride = stride
        branch = oup // 2
        self.branch1 = nn.Sequential(self.depthwise(inp, inp, 3, stride, 1), nn.Conv2d(inp, branch, 1)) if stride > 1 else nn.Sequential()
        self.branch2 = nn.Sequential(
            nn.Conv2d(inp if stride > 1 else branch, branch, 1, bias=False),
            nn.ReLU(inplace=True),
            self.depthwise(branch, branch, kernel_size=3, stride=stride, padding=1),
        )

    @staticmethod
    def depthwise(i, o, kernel_size, stride=1, padding=0, bias=False):
        return nn.Conv2d(i, o, kernel_size, stride, padding, bias=bias, groups=i)

    def forward(self, x):
        if self.stride == 1:
            x1, x2 = x.chunk(2, dim=1)
            out = torch.cat((x1, self.branch2(x2)), dim=1)
        else:
            out = torch.cat((self.branch1(x), self.branch2(x)), dim=1)
        return channel_shuffle(out, 2)
""",
}

style("blog", "ResidualBlock(16, 32, stride=2)", (1, 16, 28, 28))
style("cifar", "net20(num_classes=5)", (2, 3, 16, 16))
style("unet", "UNet(classes=4)", (1, 3, 32, 32))
style("inverted", "Mobile()", (1, 3, 32, 32))
style("transformer", "ViT()", (2, 3, 32, 32))
style("functional", "Stage(3, 8, 8, norm='in')", (1, 3, 16, 16))
style("properties", "Net.from_config(Config(depth=3, act='gelu'))", (1, 16, 8, 8))
style("densenet", "DenseBlock(3, 8, 4)", (1, 8, 8, 8))
style("inception", "Branches(16)", (1, 16, 8, 8))
style("layerscale", "Net()", (1, 3, 32, 32))
style("two_inputs", "Fuse(8)", (1, 8, 8, 8), (1, 8, 8, 8))
style("copies", "Stack(4, 3)", (1, 4, 8, 8))
style("own_conv", "Net()", (1, 3, 15, 15))
style("generators", "MLP([48, 32, 10])", (2, 3, 4, 4))
style("shuffle", "Unit(8, 16, 2)", (1, 8, 16, 16))
