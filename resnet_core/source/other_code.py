"""Pasted text that is no code for torch: another framework, another language, or no code at all."""

from __future__ import annotations

import re
from collections.abc import Mapping

from resnet_core.bilingual import Text
from resnet_core.errors import SourceError
from resnet_core.source.budget import LONGEST_SOURCE

# By what is imported. Where torch is imported too, the text is read as far as it goes.
_FRAMEWORKS: Mapping[str, str] = {
    "tensorflow": "TensorFlow (Keras)",
    "keras": "Keras",
    "tflearn": "TensorFlow (TFLearn)",
    "paddle": "PaddlePaddle",
    "mindspore": "MindSpore",
    "mxnet": "MXNet",
    "jax": "JAX",
    "flax": "Flax (JAX)",
    "haiku": "Haiku (JAX)",
    "chainer": "Chainer",
    "jittor": "Jittor",
    "oneflow": "OneFlow",
    "sklearn": "scikit-learn",
    "tinygrad": "tinygrad",
    "mlx": "MLX",
}
# By what is called, where the imports were not pasted along.
_CALLED: tuple[tuple[str, str], ...] = (
    (r"\b(?:tf\.(?:keras|nn|layers)|keras\.(?:layers|models|Model|Input))\b", "TensorFlow (Keras)"),
    (r"\b(?:layers\.)?Conv2D\(.{0,300}\bactivation ?= ?['\"]", "Keras"),
    (r"\b(?:BatchNormalization|GlobalAveragePooling2D|MaxPooling2D|ZeroPadding2D)\(", "Keras"),
    (r"\bConv2D\([^\n]{0,300}\)\(\w", "Keras"),
    (r"\bpaddle\.(?:nn|fluid)\b|\bfluid\.layers\b", "PaddlePaddle"),
    (r"\(nn\.Cell\)\s*:", "MindSpore"),
    (r"\b(?:gluon\.nn|mx\.sym|mx\.symbol|nn\.HybridBlock)\b", "MXNet"),
    (r"@nn\.compact\b", "Flax (JAX)"),
)
_DO = Text(
    "write the same with torch.nn: a class that inherits from nn.Module, with a forward",
    "请改用 torch.nn 来写：一个继承 nn.Module、带 forward 的类",
)
_WORDS_DO = Text(
    "paste the code of a class that inherits from nn.Module; networks that are well known, such as "
    "resnet50, are drawn in the explorer",
    "请贴上一个继承 nn.Module 的类的代码；resnet50 这样的知名网络可以直接在浏览页里画",
)
_SIGNS: tuple[tuple[str, Text, Text], ...] = (
    (
        r"^\s*#include\s*[<\"]|\btorch::nn\b|^\s*layer \{|^\s*(?:type|name): ?\"",
        Text("this is no Python code", "这不是 Python 代码"),
        _DO,
    ),
    (
        r"^\s*\w*\(?\w*\)?:? ?\w*\(\s*\n\s+\(\w+\): \w+\(",
        Text(
            "this is a module as print() shows it, and not its code",
            "这是 print() 打印出来的模块，不是代码",
        ),
        Text(
            "paste the class that was printed: what is printed does not say what goes where",
            "请贴上被打印的那个类：打印出来的内容没有说明数据怎样流动",
        ),
    ),
    (
        r"^Layer \(type\)|^-{20,}\s*\n\s*Layer \(type\)|^={20,}$",
        Text("this is a summary of a network, and not its code", "这是网络的 summary 表，不是代码"),
        Text("paste the class that it was made of", "请贴上生成它的那个类"),
    ),
    (
        r"^Traceback \(most recent call last\)",
        Text("this is the message of an error, and not the code", "这是报错信息，不是代码"),
        Text(
            "paste the class itself: where its shapes do not fit is drawn at its line",
            "请贴上那个类的代码：形状对不上的地方会画在它所在的那一行",
        ),
    ),
)  # fmt: skip
_IMPORT = re.compile(r"^\s*(?:>>> ?)?(?:from|import) +([\w.]+)", re.MULTILINE)
_IS_CODE = re.compile(r"^\s*(?:class \w|def \w|import \w|from \w[\w.]* import|@\w)|\bself\.\w|"
                      r"\bnn\.\w|\w\s*=\s*\w|\w\(", re.MULTILINE)  # fmt: skip


def not_torch(text: str) -> SourceError | None:
    """Why this is not read, where it is no code for torch; None where it may be."""
    if len(text) > LONGEST_SOURCE:
        return None  # it is refused for that
    name = _framework(text)
    if name is not None:
        line = _first_line(text)
        reason = Text(
            "this is {} code, and only code for PyTorch is read here",
            "这是 {} 的代码，这里只读 PyTorch 的代码",
        ).format(name)
        return SourceError(line, reason, allowed=_DO)
    if re.search(r"^\s*class \w+\(", text, re.MULTILINE):
        return None
    for pattern, reason, todo in _SIGNS:
        if re.search(pattern, text, re.MULTILINE):
            return SourceError(_first_line(text), reason, allowed=todo)
    if text.strip() and not _IS_CODE.search(text):
        reason = Text("these are words, and no code", "这是文字，不是代码")
        return SourceError(_first_line(text), reason, allowed=_WORDS_DO)
    return None


def _framework(text: str) -> str | None:
    imported = {name.partition(".")[0] for name in _IMPORT.findall(text)}
    if "torch" in imported:
        return None
    found = next((_FRAMEWORKS[name] for name in _FRAMEWORKS if name in imported), None)
    if found is not None:
        return None if re.search(r"\bnn\.Module\b", text) and found == "scikit-learn" else found
    return next((name for pattern, name in _CALLED if re.search(pattern, text)), None)


def _first_line(text: str) -> str:
    return next((line.strip()[:60] for line in text.splitlines() if line.strip()), "")
