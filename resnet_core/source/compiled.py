"""A module whose forward is read from the source and never run as Python."""

from __future__ import annotations

import keyword
import re
from typing import Any, cast

import torch
from torch import nn

_DATA = (bool, int, float, str)


class Compiled:
    """What the classes made for a source have in common, beside torch's class.

    ``_reader`` is the interpreter, ``_class`` the class of the source, ``_attrs`` what its code
    keeps on it that is neither layer, parameter nor buffer. Python itself sees of these no more
    than the plain values, which is what hyper-parameters are read from.
    """

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return vars(self)["_reader"].run_forward(self, list(args), kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """What torch copies, as it does for each layer of a stack. The interpreter stays one."""
        return copied(cast(nn.Module, self))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            value = vars(self).get("_attrs", {}).get(name)
            if isinstance(value, _DATA):
                return value
        return super().__getattr__(name)  # type: ignore[misc]


def made_of(name: str, native: type[nn.Module]) -> type[nn.Module]:
    """A class for the objects of a class of the source, under its name."""
    plain = re.sub(r"\W", "_", name)[:80]
    if not plain.isidentifier() or keyword.iskeyword(plain):
        plain = "Module"
    return type(plain, (Compiled, native), {"__module__": __name__})


def copied(module: nn.Module) -> nn.Module:
    """A layer once more, with layers and parameters of its own, those that are one staying one."""
    memo: dict[int, Any] = {}

    def again(part: Any) -> Any:
        if id(part) in memo:
            return memo[id(part)]
        if isinstance(part, nn.Parameter):
            made: Any = nn.Parameter(torch.empty_like(part), part.requires_grad)
        elif isinstance(part, nn.Module):
            made = type(part).__new__(type(part))
            vars(made).update(vars(part))
            memo[id(part)] = made
            for held in ("_modules", "_parameters", "_buffers"):
                inside = vars(part)[held]
                vars(made)[held] = type(inside)((name, again(one)) for name, one in inside.items())
            if "_attrs" in vars(part):
                vars(made)["_attrs"] = dict(vars(part)["_attrs"])
        else:
            made = part
        memo[id(part)] = made
        return made

    return again(module)  # type: ignore[no-any-return]
