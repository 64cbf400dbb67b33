"""Syntax trees that nobody wrote: any statement beside any other, any operand in any place."""

from __future__ import annotations

import ast
import random

# What the grown code finds when it begins: one value of each kind that a source can hold.
PRELUDE = """
from functools import partial, reduce
from collections import OrderedDict, namedtuple
from enum import Enum
import math
a = [1, 2, [3]]
b = {"a": 1, 2: (3, 4)}
c = "abc"
k = (i for i in range(3))
f = lambda x: x
P = namedtuple("P", "u v")
p = P(1, a)
class K:
    u = 1
    def __init__(self, x=0):
        self.x = x
    def __call__(self, x):
        return x
    def __iter__(self):
        yield 1
        yield from a
    def __add__(self, other):
        return self
class E(Enum):
    A = 1
    B = "b"
def g(*rest, **more):
    yield rest
    for i in more:
        yield i
m = nn.Conv2d(3, 3, 1)
t = torch.zeros(2, 3)
"""
NAMES = [
    "x",
    "self",
    "torch",
    "nn",
    "F",
    "super",
    "len",
    "range",
    "zip",
    "enumerate",
    "map",
    "list",
    "dict",
    "tuple",
    "set",
    "sum",
    "getattr",
    "setattr",
    "isinstance",
    "type",
    "print",
    "hasattr",
    "next",
    "iter",
    "reversed",
    "sorted",
    "property",
    "staticmethod",
    "partial",
    "reduce",
    "a",
    "b",
    "c",
    "f",
    "g",
    "k",
    "m",
    "p",
    "t",
    "K",
    "E",
    "P",
    "Net",
    "eval",
    "__builtins__",
    "math",
    "np",
    "OrderedDict",
    "Tensor",
    "int",
    "str",
    "x",
    "x",
    "self",
    "self",
]
ATTRIBUTES = [
    "shape",
    "size",
    "view",
    "conv",
    "weight",
    "bias",
    "forward",
    "data",
    "T",
    "mT",
    "dtype",
    "device",
    "append",
    "items",
    "keys",
    "values",
    "pop",
    "__class__",
    "__dict__",
    "__init__",
    "__mro__",
    "__globals__",
    "__code__",
    "__subclasses__",
    "_reader",
    "_class",
    "_attrs",
    "_modules",
    "_parameters",
    "modules",
    "children",
    "format",
    "join",
    "split",
    "Conv2d",
    "Linear",
    "Sequential",
    "ModuleList",
    "Parameter",
    "functional",
    "relu",
    "cat",
    "chunk",
    "permute",
    "reshape",
    "flatten",
    "apply",
    "register_buffer",
    "add_module",
    "gi_frame",
    "f_back",
    "__getattribute__",
    "__reduce__",
    "numel",
    "item",
    "tolist",
    "extend",
    "update",
    "copy",
    "real",
]
VALUES = (0, 1, 2, 3, -1, 8, 2**40, 0.5, 1e300, True, None, "", "a", "conv", "{0.__class__}", "%d")
_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult,
           ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)  # fmt: skip
_COMPARED = (ast.Eq, ast.NotEq, ast.Lt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn)


class Grower:
    """Grows trees out of one number; ``left`` is how many nodes may still be added."""

    def __init__(self, seed: int, nodes: int = 120) -> None:
        self.chance = random.Random(seed)
        self.left = nodes

    def source(self) -> str:
        """A class that is a module, with whatever in its methods."""
        made = ast.Module([self.grown_class("Net"), *self.block(2)], [])
        return PRELUDE + ast.unparse(ast.fix_missing_locations(made))

    def grown_class(self, name: str) -> ast.ClassDef:
        start: list[ast.stmt] = [
            ast.parse("super().__init__()").body[0],
            ast.parse("self.conv = nn.Conv2d(3, 3, 1)").body[0],
            *self.block(4),
        ]
        forward = [*self.block(4), ast.Return(self.expression())]
        bases = [ast.parse("nn.Module", mode="eval").body]
        if self.chance.random() < 0.02:
            bases.append(self.expression())
        body: list[ast.stmt] = [
            self._function("__init__", ["self"], start),
            self._function("forward", ["self", "x"], forward),
        ]
        if self.chance.random() < 0.3:
            body.insert(0, self.statement())
        return ast.ClassDef(name, bases, [], body, [])  # type: ignore[call-arg, unused-ignore]

    def _function(self, name: str, names: list[str], body: list[ast.stmt]) -> ast.FunctionDef:
        args = ast.arguments([], [ast.arg(one_name) for one_name in names], None, [], [], None, [])
        if self.chance.random() < 0.2:
            args.vararg, args.kwarg = ast.arg("rest"), ast.arg("more")
        return ast.FunctionDef(name, args, body, [])  # type: ignore[call-arg, unused-ignore]

    def block(self, most: int) -> list[ast.stmt]:
        return [self.statement() for _ in range(self.chance.randint(1, most))]

    def statement(self) -> ast.stmt:
        self.left -= 1
        if self.left < 0:
            return ast.Pass()
        grow = self.chance.choice(
            (
                self._assign, self._assign, self._assign, self._expression, self._if, self._for,
                self._while, self._try, self._with, self._nested, self._return, self._raise,
                self._augmented, self._delete, self._assert, self._import, self._global, self._match,
            )
        )  # fmt: skip
        return grow()

    def _assign(self) -> ast.stmt:
        return ast.Assign([self.target()], self.expression())

    def _expression(self) -> ast.stmt:
        return ast.Expr(self.expression())

    def _if(self) -> ast.stmt:
        return ast.If(self.expression(), self.block(2), self.block(1))

    def _for(self) -> ast.stmt:
        return ast.For(self.target(), self.expression(), self.block(2), [])

    def _while(self) -> ast.stmt:
        return ast.While(self.expression(), [*self.block(2), ast.Break()], [])

    def _try(self) -> ast.stmt:
        kind = self.chance.choice((None, ast.Name("Exception"), ast.Name("KeyError")))
        return ast.Try(
            self.block(2), [ast.ExceptHandler(kind, "e" if kind else None, self.block(1))], [], []
        )

    def _with(self) -> ast.stmt:
        return ast.With([ast.withitem(self.expression(), None)], self.block(2))

    def _nested(self) -> ast.stmt:
        if self.chance.random() < 0.3:
            return self.grown_class(self.chance.choice(("A", "B", "Net")))
        return self._function(self.chance.choice(NAMES[:26]), ["x"], self.block(3))

    def _return(self) -> ast.stmt:
        return ast.Return(self.expression()) if self.chance.random() < 0.3 else ast.Pass()

    def _raise(self) -> ast.stmt:
        return ast.Raise(self.expression(), None) if self.chance.random() < 0.2 else ast.Pass()

    def _augmented(self) -> ast.stmt:
        operator = self.chance.choice(_BINARY)()
        return ast.AugAssign(ast.Name(self.chance.choice(NAMES)), operator, self.expression())

    def _delete(self) -> ast.stmt:
        return ast.Delete([self.target()])

    def _assert(self) -> ast.stmt:
        return ast.Assert(self.expression(), self.expression())

    def _import(self) -> ast.stmt:
        name = self.chance.choice(("os", "torch", "torch.nn", "math", "sys", "timm", "copy"))
        return ast.Import([ast.alias(name)])

    def _global(self) -> ast.stmt:
        return ast.Global([self.chance.choice(NAMES[20:])])

    def _match(self) -> ast.stmt:
        pattern = self.chance.choice(
            (
                ast.MatchAs(None, "m"), ast.MatchValue(ast.Constant(1)), ast.MatchSingleton(None),
                ast.MatchSequence([ast.MatchStar("m"), ast.MatchAs(None, "k")]),
                ast.MatchClass(ast.parse("nn.Module", mode="eval").body, [], ["_reader"], [ast.MatchAs(None, "k")]),
            )
        )  # fmt: skip
        return ast.Match(self.expression(), [ast.match_case(pattern, None, self.block(2))])

    def target(self) -> ast.expr:
        choice = self.chance.random()
        if choice < 0.5:
            return ast.Name(self.chance.choice(NAMES))
        if choice < 0.8:
            return ast.Attribute(self.expression(), self.chance.choice(ATTRIBUTES))
        if choice < 0.9:
            return ast.Subscript(self.expression(), self.expression())
        return ast.Tuple([ast.Name("a"), ast.Starred(ast.Name("b"))])

    def expression(self) -> ast.expr:
        self.left -= 1
        if self.left < 0 or self.chance.random() < 0.3:
            return self._plain()
        grow = self.chance.choice(
            (
                self._attribute, self._attribute, self._call, self._call, self._call, self._binary,
                self._compare, self._subscript, self._list, self._dict, self._lambda, self._loop,
                self._choice, self._joined, self._boolean, self._unary, self._yield,
            )
        )  # fmt: skip
        return grow()

    def _plain(self) -> ast.expr:
        if self.chance.random() < 0.5:
            return ast.Name(self.chance.choice(NAMES))
        return ast.Constant(self.chance.choice(VALUES))

    def _attribute(self) -> ast.expr:
        return ast.Attribute(self.expression(), self.chance.choice(ATTRIBUTES))

    def _call(self) -> ast.expr:
        args = [self.expression() for _ in range(self.chance.randint(0, 3))]
        if args and self.chance.random() < 0.15:
            args[0] = ast.Starred(args[0])
        named = [ast.keyword(self.chance.choice(("dim", "bias", "x")), self.expression())]
        if self.chance.random() < 0.1:
            named = [ast.keyword(None, ast.Name("b"))]
        return ast.Call(self.expression(), args, named if self.chance.random() < 0.2 else [])

    def _binary(self) -> ast.expr:
        return ast.BinOp(self.expression(), self.chance.choice(_BINARY)(), self.expression())

    def _compare(self) -> ast.expr:
        operators = [self.chance.choice(_COMPARED)() for _ in range(self.chance.randint(1, 2))]
        return ast.Compare(self.expression(), operators, [self.expression() for _ in operators])

    def _subscript(self) -> ast.expr:
        if self.chance.random() < 0.3:
            return ast.Subscript(self.expression(), ast.Slice(self._plain(), None, self._plain()))
        return ast.Subscript(self.expression(), self.expression())

    def _list(self) -> ast.expr:
        kind = self.chance.choice((ast.List, ast.Tuple, ast.Set))
        parts = [self.expression() for _ in range(self.chance.randint(1, 3))]
        return kind(parts) if kind is ast.Set else kind(parts, ast.Load())

    def _dict(self) -> ast.expr:
        keys = [self.chance.choice((None, self.expression())) for _ in range(2)]
        return ast.Dict(keys, [self.expression() for _ in keys])

    def _lambda(self) -> ast.expr:
        args = ast.arguments([], [ast.arg("x")], None, [], [], None, [self._plain()])
        return ast.Lambda(args, self.expression())

    def _loop(self) -> ast.expr:
        kind = self.chance.choice((ast.ListComp, ast.SetComp, ast.GeneratorExp))
        loops = [ast.comprehension(self.target(), self.expression(), [], 0)]
        if self.chance.random() < 0.3:
            loops.append(
                ast.comprehension(ast.Name("k"), self.expression(), [self.expression()], 0)
            )
        return kind(self.expression(), loops)

    def _choice(self) -> ast.expr:
        return ast.IfExp(self.expression(), self.expression(), self.expression())

    def _joined(self) -> ast.expr:
        return ast.JoinedStr([ast.Constant("a"), ast.FormattedValue(self._plain(), -1)])

    def _boolean(self) -> ast.expr:
        return ast.BoolOp(
            self.chance.choice((ast.And, ast.Or))(), [self.expression(), self.expression()]
        )

    def _unary(self) -> ast.expr:
        return ast.UnaryOp(self.chance.choice((ast.Not, ast.USub, ast.Invert))(), self.expression())

    def _yield(self) -> ast.expr:
        return self.chance.choice((ast.Yield, ast.YieldFrom))(self.expression())
