"""The statements of the source, one after another."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source import attributes
from resnet_core.source.budget import Refused
from resnet_core.source.expressions import Expressions, unavailable
from resnet_core.source.patterns import matched
from resnet_core.source.strings import shown
from resnet_core.source.values import (
    MISSING,
    Class,
    Descriptor,
    Exceptional,
    Instance,
    Native,
    Scope,
    Signal,
    Unavailable,
)


class Returned:
    """What a return statement gives."""

    def __init__(self, value: Any) -> None:
        self.value = value


BREAK, CONTINUE = object(), object()
# What an exception is a kind of, beside Exception.
_ABOVE = {
    "KeyError": ("LookupError",),
    "IndexError": ("LookupError",),
    "ModuleNotFoundError": ("ImportError",),
    "ImportError": ("ModuleNotFoundError",),
    "ZeroDivisionError": ("ArithmeticError",),
    "NotImplementedError": ("RuntimeError",),
}


class Statements(Expressions):
    """Executes; the result of a block is None, BREAK, CONTINUE or what is returned."""

    importing = False

    def imported(self, module: str, name: str | None) -> Any:
        """What an import binds: a package, or a name in it."""
        raise NotImplementedError

    def class_from(self, name: str, bases: list[Any], members: dict[str, Any]) -> Class:
        raise NotImplementedError

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> Any:
        """Run statements until one leaves the block."""
        for statement in body:
            self.budget.step()
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                kind = type(statement).__name__
                raise self.error(statement, Text(f"{kind} is not followed", f"不支持 {kind}"))
            done = handler(self, statement, scope)
            if done is not None:
                return done
        return None

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            (scope.elsewhere.get(target.id) or scope).names[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value, scope)
            self.turn(target)
            attributes.write(self, owner, target.attr, value)
        elif isinstance(target, ast.Subscript):
            owner, index = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
            self.turn(target)
            attributes.put(self, owner, index, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, scope)
        else:
            raise self.error(target, Text("nothing can be assigned to this", "不能给它赋值"))

    def _unpack(self, target: ast.Tuple | ast.List, value: Any, scope: Scope) -> None:
        self.at = target
        values, wanted = self.iterate(value), len(target.elts)
        star = next((i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)), None)
        if (star is None and len(values) != wanted) or len(values) < wanted - (star is not None):
            raise Refused(
                Text("{} values for {} names", "{} 个值对 {} 个名字").format(len(values), wanted)
            )
        if star is not None:
            after = wanted - star - 1
            middle = values[star : len(values) - after]
            values = [*values[:star], middle, *values[len(values) - after :]]
        for part, given in zip(target.elts, values, strict=True):
            self.assign(part.value if isinstance(part, ast.Starred) else part, given, scope)

    def s_function(self, node: ast.FunctionDef, scope: Scope) -> None:
        made: Any = self.function(node, node.name, scope)
        for decorator in reversed(node.decorator_list):
            made = self._decorated(decorator, made, scope)
        self.assign(ast.Name(node.name), made, scope)

    def _registers(self, decorator: ast.expr, scope: Scope) -> bool:
        """``@BACKBONES.register_module()`` and the like, of a list that is not read here."""
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        root = target.value if isinstance(target, ast.Attribute) else target
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if not name.startswith("register") or not isinstance(root, ast.Name):
            return False
        where = scope.find(root.id)
        return where is None or isinstance(where.names[root.id], Unavailable)

    def _decorated(self, decorator: ast.expr, made: Any, scope: Scope) -> Any:
        if (
            isinstance(decorator, ast.Attribute)
            and decorator.attr == "setter"
            and isinstance(decorator.value, ast.Name)
        ):
            known = scope.names.get(decorator.value.id)
            if isinstance(known, Descriptor):
                return Descriptor("property", known.function, made)
        if self._registers(decorator, scope):
            return made  # it writes the class into somebody's list, and leaves it as it is
        value = self.evaluate(decorator, scope)
        self.turn(decorator)
        return self.call(value, [made], {})

    def s_class(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = self.items(node.bases, scope)
        if node.keywords:
            raise self.error(
                node.keywords[0].value,
                Text("a metaclass is not followed", "不支持元类"),
                Text("leave it out", "去掉它"),
            )
        inner = Scope(parent=scope, is_class=True)
        self.block(node.body, inner)
        self.turn(node)
        inner.names["__fields__"] = [
            part.target.id
            for part in node.body
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        ]
        made: Any = self.class_from(node.name, bases, inner.names)
        for decorator in reversed(node.decorator_list):
            made = self._decorated(decorator, made, scope)
        self.assign(ast.Name(node.name), made, scope)

    def s_return(self, node: ast.Return, scope: Scope) -> Returned:
        return Returned(self.evaluate(node.value, scope) if node.value else None)

    def s_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def s_augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        target = node.target
        if isinstance(target, ast.Name):
            left = self.evaluate(ast.copy_location(ast.Name(target.id), target), scope)
            self.assign(target, self.augmented(node, left, self.evaluate(node.value, scope)), scope)
            return
        owner = self.evaluate(target.value, scope)
        if isinstance(target, ast.Attribute):
            self.turn(target)
            left = attributes.read(self, owner, target.attr)
            made = self.augmented(node, left, self.evaluate(node.value, scope))
            attributes.write(self, owner, target.attr, made)
            return
        index = self.evaluate(target.slice, scope)
        self.turn(target)
        left = attributes.item(self, owner, index)
        made = self.augmented(node, left, self.evaluate(node.value, scope))
        attributes.put(self, owner, index, made)

    def s_annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def s_for(self, node: ast.For, scope: Scope) -> Any:
        looped = self.evaluate(node.iter, scope)
        self.turn(node.iter)
        for value in self.over(looped):
            self.budget.step()
            self.assign(node.target, value, scope)
            done = self.block(node.body, scope)
            if done is BREAK:
                return None
            if isinstance(done, Returned):
                return done
        return self.block(node.orelse, scope)

    def s_while(self, node: ast.While, scope: Scope) -> Any:
        while self.truth(self.evaluate(node.test, scope)):
            self.budget.step()
            done = self.block(node.body, scope)
            if done is BREAK:
                return None
            if isinstance(done, Returned):
                return done
        return self.block(node.orelse, scope)

    def s_if(self, node: ast.If, scope: Scope) -> Any:
        test = self.evaluate(node.test, scope)
        self.turn(node.test)
        return self.block(node.body if self.truth(test) else node.orelse, scope)

    def s_match(self, node: ast.Match, scope: Scope) -> Any:
        value = self.evaluate(node.subject, scope)
        for case in node.cases:
            self.turn(case.pattern)
            found = matched(self, case.pattern, value, scope)
            if found is None:
                continue
            for name, bound in found.items():
                self.assign(ast.Name(name), bound, scope)
            if case.guard is None or self.truth(self.evaluate(case.guard, scope)):
                return self.block(case.body, scope)
        return None

    def s_with(self, node: ast.With, scope: Scope) -> Any:
        for item in node.items:
            value = self.evaluate(item.context_expr, scope)
            if not (isinstance(value, Native) and value.kind == "context"):
                raise self.error(
                    item.context_expr,
                    Text("this with is not followed", "不支持这个 with"),
                    Text("leave it out", "去掉它"),
                )
        return self.block(node.body, scope)

    def s_raise(self, node: ast.Raise, scope: Scope) -> None:
        value = self.evaluate(node.exc, scope) if node.exc else None
        self.turn(node)
        if isinstance(value, Class) and value.kind == "exception":
            value = self.call(value, [], {})
        if not isinstance(value, Exceptional):
            raise Refused(Text("this cannot be raised", "这不能被 raise"))
        raise Signal(value.name, value.said or "")

    def s_try(self, node: ast.Try, scope: Scope) -> Any:
        place, depth, lenient = self.at, self.budget.depth, self.importing
        self.importing = lenient or any(_catches_imports(handler) for handler in node.handlers)
        try:
            done = self.block(node.body, scope)
            self.importing = lenient
            if done is None:
                done = self.block(node.orelse, scope)
        except (Signal, Refused) as error:
            self.importing = lenient
            handler = self._handler(node, error, scope)
            if handler is None:
                raise
            self.at, self.budget.depth = place, depth
            if handler.name:
                said = Exceptional(error.kind, Exception, str(error))
                scope.names[handler.name] = said
            done = self.block(handler.body, scope)
        last = self.block(node.finalbody, scope)
        return done if last is None else last

    def _handler(
        self, node: ast.Try, error: Signal | Refused, scope: Scope
    ) -> ast.ExceptHandler | None:
        """The handler that fits what was raised. What we alone refuse is caught by none."""
        if not error.kind:
            return None
        wanted = (error.kind, *_ABOVE.get(error.kind, ()), "Exception", "BaseException")
        for handler in node.handlers:
            if handler.type is None:
                return handler
            kinds = self.evaluate(handler.type, scope)
            for kind in kinds if isinstance(kinds, tuple) else (kinds,):
                if isinstance(kind, Exceptional) and kind.name in wanted:
                    return handler
        return None

    def s_assert(self, node: ast.Assert, scope: Scope) -> None:
        test = self.evaluate(node.test, scope)
        self.turn(node)
        if not self.truth(test):
            said = shown(self.evaluate(node.msg, scope)) if node.msg else ""
            self.turn(node)
            raise Signal("AssertionError", said)

    def s_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            whole = self._there(self.imported(alias.name if alias.asname else first, None))
            scope.names[alias.asname or first] = whole

    def s_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        if node.module == "__future__":
            return
        for alias in node.names:
            self.turn(node)
            if alias.name == "*":
                continue
            module = "." * node.level + (node.module or "")
            value = self._there(self.imported(module, alias.name))
            scope.names[alias.asname or alias.name] = value

    def _there(self, found: Any) -> Any:
        """What was imported; where the source provides for its absence, it is absent."""
        if self.importing and isinstance(found, Unavailable):
            raise Signal("ImportError", f"No module named {found.origin!r}")
        return found

    def s_elsewhere(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            place = scope.parent
            while (
                place is not None
                and place.parent is not None
                and (isinstance(node, ast.Global) or name not in place.names)
            ):
                place = place.parent
            scope.elsewhere[name] = place or scope

    def s_expression(self, node: ast.Expr, scope: Scope) -> None:
        if not isinstance(node.value, ast.Constant):
            value = self.evaluate(node.value, scope)
            if isinstance(value, Unavailable):
                raise unavailable(value)

    def s_delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            self.turn(target)
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)
            elif isinstance(target, ast.Attribute):
                self._delete_attribute(self.evaluate(target.value, scope), target.attr)
            elif isinstance(target, ast.Subscript):
                owner, index = (
                    self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
                )  # fmt: skip
                if isinstance(owner, list | dict | nn.Sequential | nn.ModuleList | nn.ModuleDict):
                    attributes.item(self, owner, index)
                    del owner[index]
                else:
                    raise Refused(Text("this cannot be deleted", "不能删除它"))

    def _delete_attribute(self, owner: Any, name: str) -> None:
        places: list[Any] = []
        if isinstance(owner, nn.Module):
            places = [owner._modules, owner._parameters, owner._buffers]
            places.append(vars(owner).get("_attrs", {}))
        elif isinstance(owner, Instance):
            places = [owner.members]
        for place in places:
            if place.pop(name, MISSING) is not MISSING:
                return
        raise Refused(Text("there is no {!r} to delete", "没有可以删除的 {!r}").format(name))


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id in ("ImportError", "ModuleNotFoundError")
        for node in ast.walk(handler.type or handler)
    )


def only(value: Any) -> Callable[[Statements, Any, Scope], Any]:
    """A statement that is its own result."""
    return lambda reader, node, scope: value


_HANDLERS: dict[type[ast.stmt], Callable[[Statements, Any, Scope], Any]] = {
    ast.FunctionDef: Statements.s_function,
    ast.ClassDef: Statements.s_class,
    ast.Return: Statements.s_return,
    ast.Assign: Statements.s_assign,
    ast.AugAssign: Statements.s_augmented,
    ast.AnnAssign: Statements.s_annotated,
    ast.For: Statements.s_for,
    ast.While: Statements.s_while,
    ast.If: Statements.s_if,
    ast.With: Statements.s_with,
    ast.Match: Statements.s_match,
    ast.Raise: Statements.s_raise,
    ast.Try: Statements.s_try,
    ast.Assert: Statements.s_assert,
    ast.Import: Statements.s_import,
    ast.ImportFrom: Statements.s_from,
    ast.Global: Statements.s_elsewhere,
    ast.Nonlocal: Statements.s_elsewhere,
    ast.Expr: Statements.s_expression,
    ast.Delete: Statements.s_delete,
    ast.Pass: only(None),
    ast.Break: only(BREAK),
    ast.Continue: only(CONTINUE),
}
