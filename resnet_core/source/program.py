"""A pasted source: its classes, and the modules that are made of it without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.errors import SourceError
from resnet_core.source.interpreter import Interpreter
from resnet_core.source.known import Assumption, WellKnown
from resnet_core.source.makers import fills
from resnet_core.source.other_code import not_torch
from resnet_core.source.syntax import parsed
from resnet_core.source.values import Class, Unavailable, noun
from resnet_core.stages import PLACE

_KEPT = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_VALUED = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_DEEPEST = 100
_BRANCHED = (ast.If, ast.Try)


@dataclass(frozen=True)
class Program:
    """A source text. ``file`` is what its lines are called by, ``known`` what names stand for."""

    text: str
    file: str = "source.py"
    known: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax. Raises SourceError, which says so where it is no code for torch."""
        other = not_torch(self.text)
        if other is not None:
            raise other
        return parsed(self.text)

    @cached_property
    def modules(self) -> list[ast.ClassDef]:
        """The classes that could be drawn: those with a constructor or a forward."""
        classes = [node for node in self.tree.body if isinstance(node, ast.ClassDef)]
        names = {node.name: node for node in classes}
        return [node for node in classes if _is_module(node, names)]

    def build(self, call: str) -> nn.Module:
        """The module that the call makes. Raises SourceError."""
        return self.read(call)[0]

    def assumptions(self, call: str) -> list[Assumption]:
        """The names that are not defined in the source, and what each was taken for."""
        return self.read(call)[1]

    def read(self, call: str) -> tuple[nn.Module, list[Assumption]]:
        """The module that the call makes, and the names that had to be supplied."""
        expression = called(call)
        known = WellKnown(self.known)
        reader = Interpreter(self.text, known, self.file)
        before = PLACE.file, PLACE.line
        PLACE.file = self.file
        try:
            with torch.no_grad():
                self._names(reader, expression)
                reader.asked = call, frozenset(id(node) for node in ast.walk(expression))
                PLACE.line = None
                made = reader.evaluate(expression, reader.globals)
        except Exception as error:
            raise reader.refusal_of(error) from None
        finally:
            PLACE.line = before[1]
        if isinstance(made, Class):
            raise _uncalled(made, call)
        if not isinstance(made, nn.Module):
            raise SourceError(
                call,
                Text("the call makes {} and no module", "这个调用得到{}，而不是模块").format(
                    noun(made)
                ),
                allowed=[f"{node.name}(…)" for node in self.modules],
                parameter="call",
            )
        if _is_too_deep(made):
            raise SourceError(
                call,
                Text(
                    "a module contains itself, or is nested too deep", "模块包含自己，或者嵌套太深"
                ),
                allowed=Text("give each module its own parts", "让每个模块有自己的部分"),
            )
        return made, list(known.assumed.values())

    def _names(self, reader: Interpreter, call: ast.expr) -> None:
        """Bind what the source defines at its top; what no class or call uses is left out."""
        wanted = self._wanted(call)
        for statement in self.tree.body:
            if isinstance(statement, _VALUED) and not _targets(statement) & wanted:
                continue
            filling = fills(statement, wanted)
            if not isinstance(statement, (*_KEPT, *_VALUED, *_BRANCHED)) and not filling:
                continue
            try:
                reader.block([statement], reader.globals)
            except Exception as error:
                refusal = reader.refusal_of(error)
                if not isinstance(statement, _VALUED) and not filling:
                    raise refusal from None
                for name in _targets(statement) if not filling else ():
                    reader.globals.names[name] = Unavailable(name, f"line {statement.lineno}")

    def _wanted(self, call: ast.expr) -> set[str]:
        """The names that functions, classes and the call read, and those that these need."""
        wanted = _read_in(call)
        for statement in reversed(self.tree.body):
            filling = fills(statement, wanted)
            if filling or not isinstance(statement, _VALUED) or _targets(statement) & wanted:
                plain = isinstance(statement, ast.Expr | ast.For) and not filling
                wanted |= set() if plain else _read_in(statement)
        return wanted


def called(call: str) -> ast.expr:
    """The call as an expression. Raises SourceError."""
    tree = parsed(call.strip(), "call")
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        raise SourceError(
            call,
            Text("it is no call", "它不是一个调用"),
            allowed=Text("such as Net(3)", "例如 Net(3)"),
            parameter="call",
        )
    return tree.body[0].value


def _is_too_deep(module: nn.Module) -> bool:
    """Whether modules are nested deeper than torch can walk, as one that contains itself is."""
    level: dict[int, nn.Module] = {id(module): module}
    for _ in range(_DEEPEST):
        level = {id(part): part for one_module in level.values() for part in one_module.children()}
        if not level:
            return False
    return True


def _uncalled(cls: Class, call: str) -> SourceError:
    return SourceError(
        call,
        Text("{} is a class: call it", "{} 是一个类：请调用它").format(cls.name),
        allowed=[f"{cls.name}(…)"],
        suggestion=f"{cls.name}()",
        parameter="call",
    )


def _is_module(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> bool:
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    if "forward" in methods:
        return True
    for base in node.bases:
        if isinstance(base, ast.Attribute):
            return True
        if isinstance(base, ast.Name) and base.id in classes and classes[base.id] is not node:
            return _is_module(
                classes[base.id], {k: v for k, v in classes.items() if k != node.name}
            )
    return bool(node.bases) and "__init__" in methods


def _targets(statement: ast.stmt) -> set[str]:
    found: Sequence[ast.expr] = (
        statement.targets if isinstance(statement, ast.Assign) else [statement.target]  # type: ignore[attr-defined]
    )
    return {node.id for target in found for node in ast.walk(target) if isinstance(node, ast.Name)}


def _read_in(tree: ast.AST) -> set[str]:
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
