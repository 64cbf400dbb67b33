"""The interpreter: it calls what the source calls and makes modules of the source's classes."""

from __future__ import annotations

import ast
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text, clauses
from resnet_core.errors import SourceError, did_you_mean, nearest
from resnet_core.source.budget import Budget, Exceeded, Refused, light
from resnet_core.source.compiled import Compiled, made_of
from resnet_core.source.expressions import unavailable
from resnet_core.source.functions import activation_function
from resnet_core.source.generators import Generators
from resnet_core.source.layer_table import BY_CLASS, check, check_copies, count
from resnet_core.source.names import BUILTINS
from resnet_core.source.packages import module_named
from resnet_core.source.records import enumerated, fill, member_of_value, values_of
from resnet_core.source.statements import Returned
from resnet_core.source.values import (
    MISSING,
    Class,
    Cursor,
    Descriptor,
    Exceptional,
    Function,
    Hint,
    Instance,
    Method,
    Namespace,
    Native,
    Partial,
    Scope,
    Signal,
    Unavailable,
    admitted,
    noun,
)
from resnet_core.stages import PLACE

# A function that reads as one of these is answered by a message with its choices.
_PYTHON_SAYS = Text("Python says: {}", "Python 说：{}")


class Interpreter(Generators):
    """One reading of one source, with what it may still cost."""

    def __init__(self, text: str, known: Any = None, file: str = "source.py") -> None:
        self.text, self.file = text, file
        self.budget = Budget()
        self.at = ast.Module([], [])
        self.builtins = dict(BUILTINS)
        self.globals = Scope({"__name__": "source"})
        self.known = known
        self.running = False

    def well_known(self, name: str, node: ast.AST) -> Any:
        return MISSING if self.known is None else self.known(self, name, node)

    def call(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The result of a call of anything that can be called."""
        if isinstance(callee, Function):
            return self._invoke(callee, args, kwargs)
        if isinstance(callee, Method):
            return self.call(callee.function, [callee.receiver, *args], kwargs)
        if isinstance(callee, Native):
            return self._native(callee, args, kwargs)
        if isinstance(callee, Class):
            return self._instance(callee, args, kwargs)
        if isinstance(callee, nn.Module):
            return self._module(callee, args, kwargs)
        if isinstance(callee, Partial):
            return self.call(callee.function, [*callee.args, *args], {**callee.kwargs, **kwargs})
        if isinstance(callee, Exceptional):
            from resnet_core.source.strings import shown

            return Exceptional(callee.name, callee.kind, " ".join(shown(arg) for arg in args))
        if isinstance(callee, Hint):
            return callee
        if isinstance(callee, Unavailable):
            raise unavailable(callee)
        if isinstance(callee, Descriptor) and callee.kind == "static":
            return self.call(callee.function, args, kwargs)
        if isinstance(callee, Instance) and callee.cls.find("__call__") is not MISSING:
            return self.call(callee.cls.find("__call__"), [callee, *args], kwargs)
        raise Refused(Text("{} cannot be called", "{}不能调用").format(noun(callee)))

    def _module(self, callee: nn.Module, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A layer at work. What does not fit is torch's to say."""
        line = PLACE.line
        if isinstance(callee, Compiled):
            # What is ours stays ours: such a module may be handed functions and lists of lists.
            passed = [arg.rest() if isinstance(arg, Cursor) else arg for arg in args]
            found = callee(*light(passed), **light(kwargs))
            PLACE.line = line
            return found
        given = [_outward(arg) for arg in args]
        named = {key: _outward(value) for key, value in kwargs.items()}
        _carried([*given, *named.values()], "a layer")
        found = callee(*given, **named)
        PLACE.line = line
        return admitted(found)

    def _native(self, callee: Native, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if callee.reads:
            return callee.call(self, *args, **kwargs)
        if callee.kind == "layer":
            return self._layer(callee, args, kwargs)
        try:
            if callee.kind == "function":
                given = [_outward(arg) for arg in args]
                named = {key: _outward(value) for key, value in kwargs.items()}
                return callee.call(*given, **named)
            return callee.call(*args, **kwargs)
        except (TypeError, AttributeError) as error:
            raise Refused(_said(callee.name, error)) from None
        except (ValueError, IndexError, KeyError, OverflowError) as error:
            if callee.kind == "function":
                raise
            raise Refused(_said(callee.name, error)) from None

    def _layer(self, callee: Native, args: list[Any], kwargs: dict[str, Any]) -> nn.Module:
        """One of torch's layers. What it does not take is said at the line that asks for it."""
        if callee.type is nn.Module:
            self.budget.module()
            return nn.Module()
        given = [_outward(arg) for arg in args]
        named = {key: _outward(value) for key, value in kwargs.items()}
        named.pop("device", None)
        check(callee.name, [*given, *named.values()])
        check_copies(callee.name, given, named)
        self.budget.module()
        try:
            made: nn.Module = callee.call(*given, **named)
        except (TypeError, ValueError, RuntimeError, AssertionError, IndexError, KeyError,
                AttributeError, ZeroDivisionError, NotImplementedError) as error:  # fmt: skip
            raise Refused(_said(callee.name, error)) from None
        count(made)
        return made

    def _invoke(self, function: Function, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A function of the source, in a scope of its own."""
        self.budget.enter()
        place, line, quiet = self.at, PLACE.line, self.quiet
        scope = Scope(parent=function.scope, owner=function.owner)
        self._bind(function, args, kwargs, scope)
        if function.owner is not None and args:
            scope.receiver = args[0]
        if function.generates:
            self.budget.leave()
            return Cursor(self.resumed(function, scope))
        self.quiet = int(function.foreign)
        if isinstance(function.node, ast.Lambda):
            result = self.evaluate(function.node.body, scope)
        else:
            done = self.block(function.node.body, scope)
            result = done.value if isinstance(done, Returned) else None
        self.budget.leave()
        self.at, PLACE.line, self.quiet = place, line, quiet
        return result

    def _bind(
        self, function: Function, args: list[Any], kwargs: dict[str, Any], scope: Scope
    ) -> None:
        """Give the parameters their values. Raises Refused where they do not agree."""
        wanted = function.node.args
        names = [arg.arg for arg in (*wanted.posonlyargs, *wanted.args)]
        rest = dict(kwargs)
        known = scope.names
        known.update(zip(names, args, strict=False))
        if wanted.vararg is not None:
            known[wanted.vararg.arg] = tuple(args[len(names) :])
        elif len(args) > len(names):
            said = Text("{}() takes {} values and gets {}", "{}() 要 {} 个值，给了 {} 个")
            raise Refused(said.format(function.name, len(names), len(args)))
        defaults = dict(
            zip(names[len(names) - len(function.defaults) :], function.defaults, strict=True)
        )
        defaults.update(function.keyword_defaults)
        for name in [*names[len(args) :], *(arg.arg for arg in wanted.kwonlyargs)]:
            if name in rest:
                known[name] = rest.pop(name)
            elif name in defaults:
                known[name] = defaults[name]
            else:
                said = Text("{}() is not told its {!r}", "{}() 缺少 {!r}")
                raise Refused(said.format(function.name, name))
        if wanted.kwarg is not None:
            known[wanted.kwarg.arg] = rest
        elif rest:
            name = next(iter(rest))
            reason = Text("{}() has no parameter {!r}", "{}() 没有参数 {!r}")
            legal = [*names, *(arg.arg for arg in wanted.kwonlyargs)]
            raise Refused(
                clauses(reason.format(function.name, name), did_you_mean(nearest(name, legal))),
                [name for name in legal if name != "self"],
            )

    def run_forward(self, module: nn.Module, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A module at work, as torch calls it. What torch says of its shapes passes through."""
        outermost, line = not self.running, PLACE.line
        self.running, PLACE.file = True, self.file
        try:
            made = self.forward_of(module, args, kwargs)
            held = values_of(made) if outermost else None
            made = made if held is None else tuple(held)
            return _carried(made, "forward") if outermost else light(made)
        except RecursionError as error:
            raise self.refusal_of(error) from None
        except (SourceError, RuntimeError, ValueError, IndexError):
            raise
        except Exception as error:
            raise self.refusal_of(error) from None
        finally:
            if outermost:
                self.running = False
                PLACE.line = line

    def refusal_of(self, error: BaseException) -> SourceError:
        """What went wrong as an error that says where."""
        if isinstance(error, SourceError):
            return error
        if isinstance(error, Refused):
            return self.error(self.at, error.reason, error.todo)
        if isinstance(error, Exceeded):
            return self.error(
                self.at,
                error.reason,
                Text("take smaller numbers, or less at once", "请用更小的数，或少写一些"),
            )
        if isinstance(error, Signal):
            said = Text("the code itself raises {}: {}", "代码自己抛出 {}：{}")
            return self.error(self.at, said.format(error.kind, error.said or "…"))
        said = Text("this fails with {}: {}", "这里失败，{}：{}")
        words = " ".join(str(error).split())[:200]
        return self.error(self.at, said.format(type(error).__name__, words or "…"))

    def class_from(self, name: str, bases: list[Any], members: dict[str, Any]) -> Class:
        """A class of the source; where it is a module, a class of torch's kind is made for it."""
        own, native, kind = [], None, ""
        for base in bases:
            if isinstance(base, Class):
                own.append(base)
                native, kind = native or base.native, kind or base.kind
            elif isinstance(base, Native) and base.kind == "layer":
                native = native if native not in (None, nn.Module) else base.type
            elif isinstance(base, Exceptional):
                kind = "exception"
            elif isinstance(base, Unavailable):
                raise unavailable(base)
            elif isinstance(base, Hint | Native) and base.name in _KINDS:
                kind = _KINDS[base.name]
            elif isinstance(base, Native) and base.name in ("str", "int") and _is_enum(bases):
                continue
            elif not (isinstance(base, Hint) or (isinstance(base, Native) and base.name in _PLAIN)):
                reason = Text("nothing can inherit from {}", "不能继承{}").format(noun(base))
                raise Refused(reason, Text("inherit from nn.Module", "继承 nn.Module"))
        made = Class(name, tuple(bases), members, native=native, kind=kind)
        made.mro = (made, *_merged([list(base.mro) for base in own] + [own]))
        if native is not None:
            made.made = made_of(name, native)
        if kind == "enum":
            enumerated(made)
        for member in members.values():
            function = member.function if isinstance(member, Descriptor) else member
            if isinstance(function, Function) and function.owner is None:
                function.owner = made
        return made

    def _instance(self, cls: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if cls.kind == "exception":
            from resnet_core.source.strings import shown

            return Exceptional(cls.name, Exception, " ".join(shown(arg) for arg in args))
        if cls.kind == "enum":
            return member_of_value(cls, args)
        made: Any = Instance(cls)
        if cls.made is not None:
            self.budget.module()
            made = cls.made.__new__(cls.made)
            nn.Module.__init__(made)
            vars(made).update(_reader=self, _class=cls, _attrs={}, _begun=False)
        start = cls.find("__init__")
        if start is not MISSING:
            self.call(start, [made, *args], kwargs)
        elif cls.kind in ("dataclass", "namedtuple"):
            fill(self, cls, made, args, kwargs)
        else:
            self.begin(cls, made, args, kwargs)
        return made

    def begin(self, cls: Class, made: Any, args: Any, kwargs: Mapping[str, Any]) -> None:
        """What ``super().__init__(…)`` does where it comes to torch's own class."""
        if not isinstance(made, nn.Module):
            return
        if cls.native is None or cls.native is nn.Module:
            vars(made)["_begun"] = True
            return
        self._begin_native(BY_CLASS[cls.native], made, args, kwargs)

    def begin_as(self, native: Native, made: Any, args: Any, kwargs: Mapping[str, Any]) -> None:
        """``nn.Module.__init__(self)``, and the same of any other layer."""
        if not isinstance(made, nn.Module) or not isinstance(made, native.type):
            raise Refused(Text("this is no object of the class", "这不是该类的对象"))
        vars(made)["_begun"] = True
        if native.type is not nn.Module:
            self._begin_native(native, made, args, kwargs)

    def _begin_native(
        self, native: Native, made: nn.Module, args: Any, kwargs: Mapping[str, Any]
    ) -> None:
        kept = {name: vars(made)[name] for name in ("_reader", "_class", "_attrs")}

        def start(*given: Any, **named: Any) -> nn.Module:
            native.type.__init__(made, *given, **named)
            return made

        vars(made)["_begun"] = True
        self._layer(Native(native.name, start, "layer", native.type), list(args), dict(kwargs))
        vars(made).update(kept)

    def native_forward(self, cls: Class, receiver: Any, args: Any) -> Any:
        """``super().forward(x)`` where it comes to torch's own class."""
        if cls.native is None or not isinstance(receiver, cls.native):
            raise Refused(Text("there is no forward", "没有 forward"))
        return admitted(cls.native.forward(receiver, *[_outward(arg) for arg in args]))

    def forward_of(self, module: nn.Module, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """``module.forward(…)`` of a module of the source or of torch."""
        cls: Class | None = vars(module).get("_class")
        own = vars(module).get("_attrs", {}).get("forward")
        if own is not None:
            return self.call(own, args, kwargs)
        if cls is None:
            return admitted(type(module).forward(module, *args, **kwargs))
        found = cls.find("forward")
        if found is not MISSING:
            return self.call(found, [module, *args], kwargs)
        if cls.native is nn.Module:
            near = nearest("forward", [name for name in cls.members if not name.startswith("_")])
            raise Refused(
                clauses(
                    Text("{} has no forward", "{} 没有 forward").format(cls.name),
                    Text("it has {!r}, which torch does not call", "有 {!r}，但 torch 不会调用它")
                    .format(near) if near else None,
                ),
                Text("write def forward(self, x)", "请写出 def forward(self, x)"),
            )  # fmt: skip
        return self.native_forward(cls, module, args)

    def class_of(self, value: Any) -> Any:
        """``type(value)``."""
        if isinstance(value, Instance):
            return value.cls
        if isinstance(value, nn.Module):
            return vars(value).get("_class") or BY_CLASS.get(type(value), Hint("module"))
        if isinstance(value, torch.Tensor):
            return BUILTINS["torch"].members["Tensor"]
        return BUILTINS.get(type(value).__name__, Hint(type(value).__name__))

    def missing_member(self, package: Namespace, name: str) -> Any:
        """A name that a package does not have here."""
        if _WEIGHTS.fullmatch(name):  # which numbers are loaded has no part in a structure
            return Namespace(name, dict.fromkeys(_WEIGHT_NAMES))
        near = nearest(name, package.members)
        raise Refused(
            clauses(
                Text("{}.{} is not in the table", "表里没有 {}.{}").format(package.name, name),
                did_you_mean(near),
            ),
            Text("use another layer, or write it as a class", "换一个层，或把它写成一个类"),
        )

    def imported(self, module: str, name: str | None) -> Any:
        package = module_named(module)
        if name is None:
            if package is None and "models" in module.split(".") and self.known is not None:
                return self.known(self, "models", None)
            return package if package is not None else Unavailable(module, module)
        if package is not None and name in package.members:
            return package.members[name]
        inner = module_named(f"{module}.{name}")
        if inner is not None:
            return inner
        if _WEIGHTS.fullmatch(name):
            return Namespace(name, dict.fromkeys(_WEIGHT_NAMES))
        if self.known is not None:
            found = self.known(self, name, None)
            if found is not MISSING:
                return found
        return Unavailable(name, module)


# torchvision's names of trained numbers: ResNet50_Weights.DEFAULT
_WEIGHTS = re.compile(r"\w+_Weights")
_WEIGHT_NAMES = ("DEFAULT", "IMAGENET1K_V1", "IMAGENET1K_V2")
_PLAIN = ("object", "ABC", "Generic", "Protocol")
_KINDS = {"NamedTuple": "namedtuple", "Enum": "enum", "PlainEnum": "enum"}


def _is_enum(bases: list[Any]) -> bool:
    return any(getattr(base, "name", "") in _KINDS for base in bases)


def _outward(value: Any) -> Any:
    """A value as torch takes it. Nothing of the source itself can be called by torch.

    Raises Exceeded where a nest of lists says far more than it holds.
    """
    return _copied(light(value))


def _copied(value: Any) -> Any:
    if isinstance(value, Cursor):
        return value.rest()
    if isinstance(value, list | tuple):
        return type(value)(_copied(part) for part in value)
    if isinstance(value, dict):
        # nn.Sequential knows layers by name from an OrderedDict alone.
        return OrderedDict((key, _copied(part)) for key, part in value.items())
    if isinstance(value, Function | Method | Class | Instance | Unavailable):
        raise Refused(Text("torch takes no {} here", "torch 这里不接受{}").format(noun(value)))
    return activation_function(value)


def _carried(value: Any, name: str) -> Any:
    """A value that may go into a layer or come out of one, where the trace looks through it."""
    value = value.rest() if isinstance(value, Cursor) else value
    for part in _leaves(light(value)):
        if not isinstance(part, torch.Tensor | bool | int | float | str | None):
            reason = Text("{1} cannot pass through {0}", "{1}不能经过 {0}").format(name, noun(part))
            raise Refused(reason, Text("pass tensors", "请传递张量"))
    return value


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set):
        return [leaf for part in value for leaf in _leaves(part)]
    if isinstance(value, dict):
        return [leaf for pair in value.items() for part in pair for leaf in _leaves(part)]
    return [value]


def _said(name: str, error: BaseException) -> Text:
    words = " ".join(str(error).split())[:200] or type(error).__name__
    return Text("{}: {}", "{}：{}").format(name, words)


def _merged(lists: list[list[Class]]) -> list[Class]:
    """The order of inheritance, as Python has it. Raises Refused where there is none."""
    found: list[Class] = []
    rest = [list(one_list) for one_list in lists if one_list]
    while rest:
        for one_list in rest:
            first = one_list[0]
            if not any(first in other[1:] for other in rest):
                break
        else:
            raise Refused(Text("these classes have no common order", "这些基类没有一致的顺序"))
        found.append(first)
        rest = [[cls for cls in one_list if cls is not first] for one_list in rest]
        rest = [one_list for one_list in rest if one_list]
    return found
