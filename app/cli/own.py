"""The words for somebody's own module: ``my_block.py:Net --arg planes=64 --input 1x64x56x56``.

They stand wherever a subject of the catalogue stands. The file is run, on this machine and by
whoever typed its name; no server takes such words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.cli.errors import Refusal
from resnet_core.bilingual import Text

if TYPE_CHECKING:
    from resnet_core.diagram.module import ModuleDrawing
    from resnet_core.errors import ResnetDiagramError

# Options of the module itself; all others are of the view.
_REPEATED = ("input", "arg", "dtype", "with")
_OWN = (*_REPEATED, "call")


def is_own(word: str) -> bool:
    """Whether a word names a file or a package rather than a subject of the catalogue."""
    return word.endswith(".py") or bool(re.fullmatch(r"[^\s=]+:\w*", word))


@dataclass(frozen=True)
class OwnRequest:
    """Somebody's own module with its arguments, its inputs and the view."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a file is called that is written without a name being given."""
        return self.words[0].removesuffix(".py").rpartition(":")[2]

    @cached_property
    def diagram(self) -> ModuleDrawing:
        """What is asked for. Raises ParameterError, and Refusal where their code fails."""
        from app.cli.load_module import Making, input_of, module_of
        from resnet_core.diagram.module import draw_module

        target = self.words[0]
        if not self.inputs:
            raise Refusal(
                Text("{}: its input is not known", "{}：不知道它的输入").format(target),
                allowed=Text(
                    "--input and a shape, batch first, such as 1x3x224x224; again for each "
                    "further input",
                    "--input 加形状，批大小在前，例如 1x3x224x224；每多一个输入就再写一次",
                ),
            )
        shapes = [input_of(shape) for shape in self.inputs]
        making = Making(tuple(self._own["arg"]), next(reversed(self._own["call"]), None))
        dtypes = self._own["dtype"]
        return draw_module(
            module_of(target, making), shapes,
            dtype=dtypes[0] if len(dtypes) == 1 else dtypes or None,
            kwargs=dict(map(_named_value, self._own["with"])),
            **self._view,
        )  # fmt: skip

    @property
    def inputs(self) -> tuple[str, ...]:
        """The shapes of the inputs, as they were typed."""
        return tuple(self._own["input"])

    def fixed(self, _error: ResnetDiagramError) -> None:
        """No command line is known that works: what their code takes is theirs."""
        return

    @cached_property
    def _own(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in _OWN}
        for name, value in self._options:
            if name in found:
                found[name].append(value)
        return found

    @property
    def _view(self) -> dict[str, Any]:
        return {name: value for name, value in self._options if name not in _OWN}

    @cached_property
    def _options(self) -> list[tuple[str, str]]:
        from resnet_core.diagram.form import Options, properties
        from resnet_core.diagram.words import options

        return list(options(self.words[1:], properties(Options), self.words[0]))


def _named_value(text: str) -> tuple[str, Any]:
    """``mask=1x16:bool`` as a name and a tensor's shape, ``scale=0.5`` as a name and a value."""
    import ast

    import torch

    from app.cli.load_module import shape_of

    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise Refusal(
            Text("--with {}: no name", "--with {}：没有名称").format(text),
            allowed=Text("--with NAME=VALUE, such as scale=0.5", "--with 名称=值，例如 scale=0.5"),
        )
    shape, _, kind = value.partition(":")
    if re.fullmatch(r"[0-9]+(x[0-9]+)+", shape):
        dtype = getattr(torch, kind or "float", None)
        if not isinstance(dtype, torch.dtype):
            none = Text("--with {}: torch has no {}", "--with {}：torch 没有 {}")
            raise Refusal(none.format(text, kind), allowed="long, bool, float …")
        return name, torch.empty(shape_of(shape), dtype=dtype, device="meta")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def spelled(
    inputs: Iterable[str],
    args: Iterable[str],
    call: str | None,
    dtypes: Iterable[str] = (),
    given: Iterable[str] = (),
) -> Iterator[str]:
    """The words for what click has read as options."""
    for name, values in (
        ("--input", inputs), ("--arg", args), ("--dtype", dtypes), ("--with", given),
        ("--call", [call] if call else ()),
    ):  # fmt: skip
        for value in values:
            yield f"{name}={value}"
