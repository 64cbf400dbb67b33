"""Functions that yield: run as far as the next value, when somebody asks for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from resnet_core.source.expressions import yields
from resnet_core.source.statements import BREAK, Returned, Statements
from resnet_core.source.values import MISSING, Function, Scope

# What a generator gives one by one, and what its block ends with.
Steps = Generator[Any, None, Any]


class Generators(Statements):
    """Walks through the statements that yield; those without a yield run as everywhere."""

    def resumed(self, function: Function, scope: Scope) -> Iterator[Any]:
        """The values of a function that yields; between two of them others have their turn."""
        steps = self._block(function.node.body, scope)  # type: ignore[arg-type]
        while True:
            self.budget.enter()
            place, quiet, self.quiet = self.at, self.quiet, int(function.foreign)
            value = next(steps, MISSING)
            self.budget.leave()
            self.at, self.quiet = place, quiet
            if value is MISSING:
                return
            yield value

    def _block(self, body: Sequence[ast.stmt], scope: Scope) -> Steps:
        for statement in body:
            handler = _HANDLERS.get(type(statement)) if yields(statement) else None
            if handler is None:
                done = self.block([statement], scope)
            else:
                self.budget.step()
                done = yield from handler(self, statement, scope)
            if done is not None:
                return done
        return None

    def g_expression(self, node: ast.Expr, scope: Scope) -> Steps:
        yield from self._given(node.value, scope)

    def g_assign(self, node: ast.Assign, scope: Scope) -> Steps:
        """``sent = yield value``: nothing is ever sent."""
        yield from self._given(node.value, scope)
        for target in node.targets:
            self.assign(target, None, scope)

    def _given(self, value: ast.expr, scope: Scope) -> Iterator[Any]:
        if isinstance(value, ast.Yield):
            yield self.evaluate(value.value, scope) if value.value else None
        elif isinstance(value, ast.YieldFrom):
            yield from self.over(self.evaluate(value.value, scope))
        else:
            self.evaluate(value, scope)

    def g_for(self, node: ast.For, scope: Scope) -> Steps:
        for value in self.over(self.evaluate(node.iter, scope)):
            self.budget.step()
            self.assign(node.target, value, scope)
            done = yield from self._block(node.body, scope)
            if done is BREAK:
                return None
            if isinstance(done, Returned):
                return done
        return (yield from self._block(node.orelse, scope))

    def g_while(self, node: ast.While, scope: Scope) -> Steps:
        while self.truth(self.evaluate(node.test, scope)):
            self.budget.step()
            done = yield from self._block(node.body, scope)
            if done is BREAK:
                return None
            if isinstance(done, Returned):
                return done
        return (yield from self._block(node.orelse, scope))

    def g_if(self, node: ast.If, scope: Scope) -> Steps:
        test = self.evaluate(node.test, scope)
        self.turn(node.test)
        return (yield from self._block(node.body if self.truth(test) else node.orelse, scope))


_HANDLERS: dict[type[ast.stmt], Callable[[Generators, Any, Scope], Steps]] = {
    ast.Expr: Generators.g_expression,
    ast.Assign: Generators.g_assign,
    ast.For: Generators.g_for,
    ast.While: Generators.g_while,
    ast.If: Generators.g_if,
}
