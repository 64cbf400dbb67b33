"""The value of an expression of the source, node by node of its tree."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.errors import SourceError, did_you_mean, nearest
from resnet_core.source import attributes
from resnet_core.source.budget import Budget, Refused, bounded, light
from resnet_core.source.operators import AUGMENTED, BINARY, COMPARED, binary
from resnet_core.source.records import members_of, unwrapped, values_of
from resnet_core.source.strings import formatted
from resnet_core.source.syntax import refused
from resnet_core.source.values import (
    MISSING,
    Class,
    Cursor,
    Function,
    Instance,
    Native,
    Scope,
    Super,
    Unavailable,
    noun,
)
from resnet_core.stages import PLACE


class Expressions:
    """Evaluates; ``at`` is the node whose turn it is, for whatever goes wrong there."""

    text: str
    budget: Budget
    at: ast.AST
    builtins: dict[str, Any]
    quiet: int = 0
    asked: tuple[str, frozenset[int]] = "", frozenset()

    def call(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        raise NotImplementedError

    def well_known(self, name: str, node: ast.AST) -> Any:
        """What a name that is nowhere defined usually stands for, MISSING where nobody knows."""
        raise NotImplementedError

    def evaluate(self, node: ast.AST, scope: Scope) -> Any:
        """The value of an expression. Raises Refused and what torch raises."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            kind = type(node).__name__
            raise self.error(node, Text(f"{kind} is not followed", f"不支持 {kind}"))
        return handler(self, node, scope)

    def error(
        self, node: ast.AST, reason: Text, todo: Text | list[str] | None = None
    ) -> SourceError:
        """A refusal of this place: in the source, or in the call that is made of it."""
        call, nodes = self.asked
        if id(node) in nodes or not hasattr(node, "lineno"):
            return SourceError(call, reason, allowed=todo or (), parameter="call")
        return refused(self.text, node, reason, todo)

    def turn(self, node: ast.AST) -> None:
        """From now on what goes wrong goes wrong here; in a known helper, at its call."""
        if self.quiet:
            return
        self.at = node
        # Of a chain of calls over several lines, each stands where its name does, as in Python.
        name = node.func if isinstance(node, ast.Call) else node
        line = "end_lineno" if isinstance(name, ast.Attribute) else "lineno"
        PLACE.line = getattr(name if line == "end_lineno" else node, line, PLACE.line)

    def truth(self, value: Any) -> bool:
        """Whether a value counts as true. A tensor has no values to decide by."""
        if isinstance(value, torch.Tensor):
            if value.device.type == "cpu" and value.numel() == 1 and type(value) is torch.Tensor:
                return bool(value)
            raise Refused(
                Text(
                    "this depends on the values of a tensor, and there are none",
                    "这取决于张量里的数值，而这里的张量没有数值",
                ),
                Text("decide by a shape or a parameter", "改用形状或参数来判断"),
            )
        if isinstance(value, nn.Module):
            return len(value) > 0 if isinstance(value, attributes.CONTAINERS) else True
        if isinstance(value, bool | int | float | str | list | tuple | dict | set | range | None):
            return bool(value)
        return True

    def iterate(self, value: Any) -> list[Any]:
        """What a loop over the value meets, all at once."""
        if isinstance(value, Cursor):
            return value.rest()
        if isinstance(value, list | tuple | set | frozenset | str | dict | range):
            if isinstance(value, range) and len(value) > 10_000:
                bounded([0] * 10_001)
            return list(value)
        if isinstance(value, nn.ModuleDict | nn.ParameterDict):
            return list(value.keys())
        if isinstance(value, nn.Sequential | nn.ModuleList | nn.ParameterList):
            return list(value)
        if isinstance(value, torch.Tensor):
            if value.ndim == 0 or value.shape[0] > 1024:
                raise Refused(Text("this tensor cannot be looped over", "不能对这个张量循环"))
            return list(value.unbind(0))
        if isinstance(value, Class) and value.kind == "enum":
            return list(members_of(value))
        if isinstance(value, Instance):
            held = values_of(value)
            if held is not None:
                return held
            found = value.cls.find("__iter__")
            if found is not MISSING:
                return self.iterate(self.call(found, [value], {}))
        raise Refused(Text("one cannot loop over {}", "不能对{}循环").format(noun(value)))

    def over(self, value: Any) -> Iterator[Any]:
        """What a loop over the value meets, one after another and no sooner than it is met."""
        return iter(value if isinstance(value, Cursor | list) else self.iterate(value))

    def name(self, node: ast.Name, scope: Scope) -> Any:
        place = scope.elsewhere.get(node.id) or scope.find(node.id)
        if place is not None and node.id in place.names:
            return place.names[node.id]
        if node.id in self.builtins:
            return self.builtins[node.id]
        found = self.well_known(node.id, node)
        if found is not MISSING:
            return found
        known = set(self.builtins)
        above: Scope | None = scope
        while above is not None:
            known |= set(above.names)
            above = above.parent
        near = nearest(node.id, sorted(known))
        if near is not None and near[:1].isupper() != node.id[:1].isupper():
            near = None  # a class is no slip of the pen for a function
        raise self.error(
            node,
            Text("the name {!r} is nowhere defined", "名字 {!r} 没有定义").format(node.id),
            did_you_mean(near)
            or Text(
                "paste its definition too, or say which known layer it stands for: {}",
                "请把它的定义一起贴上，或指定它代表哪个已知的层：{}",
            ).format(f"--known {node.id}=…, known={node.id}:…"),
        )

    def constant(self, node: ast.Constant, _: Scope) -> Any:
        if isinstance(node.value, bytes | complex):
            raise self.error(node, Text("such a value has no use here", "这里用不到这种值"))
        self.at = node
        return bounded(node.value)

    def attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        value = self.evaluate(node.value, scope)
        self.turn(node)
        return attributes.read(self, value, node.attr)

    def calling(self, node: ast.Call, scope: Scope) -> Any:
        callee = self.evaluate(node.func, scope)
        args = self.items(node.args, scope)
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            given = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                kwargs[keyword.arg] = given
            elif isinstance(given, dict) and all(isinstance(key, str) for key in given):
                kwargs.update(given)
            else:
                raise self.error(keyword.value, Text("** takes a dict", "** 后面必须是字典"))
        self.turn(node)
        self.budget.step()
        if isinstance(callee, Native) and callee.name == "super":
            return self._super(args, scope)
        return self.call(callee, args, kwargs)

    def _super(self, args: list[Any], scope: Scope) -> Super:
        if len(args) == 2 and isinstance(args[0], Class):
            return Super(args[0], args[1])
        inner: Scope | None = scope
        while inner is not None and inner.owner is None:
            inner = inner.parent
        if inner is None or inner.owner is None or args:
            raise Refused(Text("super() stands in no method here", "这里的 super() 不在方法里"))
        return Super(inner.owner, inner.receiver)

    def items(self, nodes: Iterable[ast.expr], scope: Scope) -> list[Any]:
        """The values of several expressions, starred ones spread."""
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.evaluate(node.value, scope)
                self.at = node
                found.extend(self.iterate(value))
                bounded(found)
            else:
                found.append(self.evaluate(node, scope))
        return found

    def binary(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        self.turn(node)
        return self.operated(BINARY[type(node.op)], left, right)

    def operated(self, operation: Any, left: Any, right: Any) -> Any:
        """The result of an operator, which a class of the source may define for itself."""
        name = operation.__name__.strip("_")
        if left_has := self._own(left, f"__{name}__"):
            return self.call(left_has, [left, right], {})
        if right_has := self._own(right, f"__r{name}__"):
            return self.call(right_has, [right, left], {})
        return binary(operation, left, right)

    def equal(self, left: Any, right: Any) -> bool:
        """``left == right`` of what a pattern compares."""
        left, right = unwrapped(left), unwrapped(right)
        light(left), light(right)
        own = self._own(left, "__eq__")
        return self.truth(self.call(own, [left, right], {}) if own else left == right)

    def _own(self, value: Any, name: str) -> Any:
        """A method of this name that the class of the value has in the source; None without."""
        if isinstance(value, Instance):
            cls: Class | None = value.cls
        else:
            cls = vars(value).get("_class") if isinstance(value, nn.Module) else None
        found = cls.find(name) if cls else MISSING
        return None if found is MISSING else found

    def augmented(self, node: ast.AugAssign, left: Any, right: Any) -> Any:
        """The value of ``left += right``; a list is extended in its place."""
        self.turn(node)
        if isinstance(left, list) and isinstance(node.op, ast.Add):
            return self.extended(left, right)
        if isinstance(left, nn.ModuleList) and isinstance(node.op, ast.Add):
            return left.extend(self.iterate(right))
        if isinstance(left, Instance | nn.Module):
            return self.operated(BINARY[type(node.op)], left, right)
        return binary(AUGMENTED[type(node.op)], left, right)

    def extended(self, values: list[Any], more: Any) -> list[Any]:
        """The list with more behind it, each at once: what makes the next may look at the last."""
        for value in list(more) if isinstance(more, list) else self.over(more):
            values.append(value)
            bounded(values)
        return values

    def unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.evaluate(node.operand, scope)
        self.turn(node)
        if isinstance(node.op, ast.Not):
            return not self.truth(value)
        if not isinstance(value, int | float | torch.Tensor):
            raise Refused(Text("this takes a number", "这里需要一个数"))
        if isinstance(node.op, ast.USub):
            return -value
        if isinstance(node.op, ast.UAdd):
            return +value
        return operator.invert(value)  # type: ignore[arg-type]

    def boolean(self, node: ast.BoolOp, scope: Scope) -> Any:
        value: Any = None
        for part in node.values:
            value = self.evaluate(part, scope)
            self.at = part
            if self.truth(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = unwrapped(self.evaluate(node.left, scope))
        result: Any = True
        for op, other in zip(node.ops, node.comparators, strict=True):
            right = unwrapped(self.evaluate(other, scope))
            self.turn(node)
            if isinstance(op, ast.In | ast.NotIn) and (own := self._own(right, "__contains__")):
                found = self.truth(self.call(own, [right, left], {}))
                result = found == isinstance(op, ast.In)
            elif isinstance(op, ast.In | ast.NotIn):
                inside = right if isinstance(right, dict | str | set) else self.iterate(right)
                light(left), light(inside)
                found = left in inside
                result = found == isinstance(op, ast.In)
            else:
                if not isinstance(op, ast.Is | ast.IsNot):
                    light(left), light(right)
                own = (
                    None
                    if isinstance(op, ast.Is | ast.IsNot)
                    else self._own(left, _NAMES[type(op)])
                )
                result = (
                    self.call(own, [left, right], {}) if own else COMPARED[type(op)](left, right)
                )
            if len(node.ops) > 1 and not self.truth(result):
                return result
            left = right
        return result

    def choice(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.evaluate(node.test, scope)
        self.at = node.test
        return self.evaluate(node.body if self.truth(test) else node.orelse, scope)

    def subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        value, index = self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
        self.turn(node)
        return attributes.item(self, value, index)

    def sliced(self, node: ast.Slice, scope: Scope) -> slice:
        parts = [
            None if part is None else self.evaluate(part, scope)
            for part in (node.lower, node.upper, node.step)
        ]
        if not all(part is None or isinstance(part, int) for part in parts):
            raise self.error(node, Text("a slice takes whole numbers", "切片只接受整数"))
        return slice(*parts)

    def listed(self, node: ast.List, scope: Scope) -> Any:
        return self.items(node.elts, scope)

    def tupled(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self.items(node.elts, scope))

    def set_of(self, node: ast.Set, scope: Scope) -> Any:
        return {attributes.key(part) for part in self.items(node.elts, scope)}

    def mapped(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for name, part in zip(node.keys, node.values, strict=True):
            value = self.evaluate(part, scope)
            if name is not None:
                found[attributes.key(self.evaluate(name, scope))] = value
            elif isinstance(value, dict):
                found.update(value)
            else:
                raise self.error(part, Text("** takes a dict", "** 后面必须是字典"))
        return bounded(found)

    def comprehension(self, node: Any, scope: Scope) -> Any:
        looped = self.evaluate(node.generators[0].iter, scope)
        self.at = node.generators[0].iter
        found = self._generate(node, list(node.generators), Scope(parent=scope), self.over(looped))
        if isinstance(node, ast.GeneratorExp):
            return Cursor(found)
        values = Cursor(found).rest()
        if isinstance(node, ast.SetComp):
            return {attributes.key(part) for part in values}
        if isinstance(node, ast.DictComp):
            return {attributes.key(name): part for name, part in values}
        return values

    def _generate(
        self, node: Any, loops: list[ast.comprehension], scope: Scope, looped: Iterator[Any]
    ) -> Iterator[Any]:
        """What a comprehension makes, while it goes over the first of its loops."""
        first, *rest = loops
        for part in looped:
            self.budget.step()
            self.assign(first.target, part, scope)
            if not all(self.truth(self.evaluate(test, scope)) for test in first.ifs):
                continue
            if rest:
                inner = self.over(self.evaluate(rest[0].iter, scope))
                yield from self._generate(node, rest, scope, inner)
            elif isinstance(node, ast.DictComp):
                yield self.evaluate(node.key, scope), self.evaluate(node.value, scope)
            else:
                yield self.evaluate(node.elt, scope)

    def lambda_(self, node: ast.Lambda, scope: Scope) -> Function:
        return self.function(node, "<lambda>", scope)

    def function(self, node: ast.FunctionDef | ast.Lambda, name: str, scope: Scope) -> Function:
        """The function that a def or a lambda makes."""
        defaults = tuple(self.evaluate(part, scope) for part in node.args.defaults)
        named = {
            arg.arg: self.evaluate(default, scope)
            for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is not None
        }
        foreign = self.quiet > 0
        return Function(name, node, scope, defaults, named, generates=yields(node), foreign=foreign)

    def joined(self, node: ast.JoinedStr, scope: Scope) -> str:
        said = ""
        for part in node.values:
            said = bounded(said + str(self.evaluate(part, scope)))
        return said

    def put(self, node: ast.FormattedValue, scope: Scope) -> str:
        value = self.evaluate(node.value, scope)
        form = str(self.evaluate(node.format_spec, scope)) if node.format_spec else ""
        self.at = node
        return formatted(value, form, quoted=node.conversion == ord("r"))

    def walrus(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.evaluate(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def yielding(self, node: ast.Yield | ast.YieldFrom, _: Scope) -> None:
        """A yield that is part of a larger expression; generators see to the others."""
        raise self.error(
            node,
            Text("a yield inside an expression is not followed", "不支持写在表达式里的 yield"),
            Text("give it a line of its own", "让 yield 独占一行"),
        )


_NAMES = {
    ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.Lt: "__lt__", ast.LtE: "__le__",
    ast.Gt: "__gt__", ast.GtE: "__ge__",
}  # fmt: skip


def yields(node: ast.AST) -> bool:
    """Whether a function or a statement yields, functions inside it left out."""
    rest = list(ast.iter_child_nodes(node))
    while rest:
        part = rest.pop()
        if isinstance(part, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(part, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            rest.extend(ast.iter_child_nodes(part))
    return False


def unavailable(value: Unavailable) -> Refused:
    """The refusal of a name that was imported from where nothing is known."""
    return Refused(
        Text("{} comes from {}, which is not read here", "{} 来自 {}，这里读不到").format(
            value.name, value.origin
        ),
        Text("paste its definition too", "请把它的定义一起贴上"),
    )


_HANDLERS: dict[type[ast.AST], Callable[[Expressions, Any, Scope], Any]] = {
    ast.Name: Expressions.name,
    ast.Constant: Expressions.constant,
    ast.Attribute: Expressions.attribute,
    ast.Call: Expressions.calling,
    ast.BinOp: Expressions.binary,
    ast.UnaryOp: Expressions.unary,
    ast.BoolOp: Expressions.boolean,
    ast.Compare: Expressions.compare,
    ast.IfExp: Expressions.choice,
    ast.Subscript: Expressions.subscript,
    ast.Slice: Expressions.sliced,
    ast.List: Expressions.listed,
    ast.Tuple: Expressions.tupled,
    ast.Set: Expressions.set_of,
    ast.Dict: Expressions.mapped,
    ast.ListComp: Expressions.comprehension,
    ast.SetComp: Expressions.comprehension,
    ast.DictComp: Expressions.comprehension,
    ast.GeneratorExp: Expressions.comprehension,
    ast.Lambda: Expressions.lambda_,
    ast.JoinedStr: Expressions.joined,
    ast.FormattedValue: Expressions.put,
    ast.NamedExpr: Expressions.walrus,
    ast.Yield: Expressions.yielding,
    ast.YieldFrom: Expressions.yielding,
}
