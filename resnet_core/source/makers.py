"""The functions and names of a source that give a module, told from its syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from resnet_core.source.known import names as well_known

# What a module gives back as itself: model.to(device).eval()
_ITSELF = (
    "to",
    "cuda",
    "cpu",
    "eval",
    "train",
    "apply",
    "half",
    "float",
    "double",
    "requires_grad_",
)
_NO_LAYERS = ("Parameter", "Tensor", "Size", "DataLoader", "Variable", "LongTensor", "FloatTensor")
_DEEPEST = 8
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
# Statements at the top that fill a module or a list of layers which is made before.
FILLING = ("append", "extend", "insert", "add_module")


def makers(tree: ast.Module, classes: Iterable[str]) -> list[ast.FunctionDef]:
    """The functions at the top that return a module at every return, in their order."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    known = {*classes, *_imported(tree)}
    found: dict[str, ast.FunctionDef] = {}
    for _ in functions:  # one that calls another is known once the other is
        more = {
            node.name: node
            for node in functions
            if node.name not in found and _returns_module(node, known | set(found))
        }
        if not more:
            break
        found |= more
    return [node for node in functions if node.name in found]


def made(tree: ast.Module, known: Iterable[str]) -> list[ast.Assign]:
    """The assignments at the top that give a name a module; of one name the last."""
    names = {*known, *_imported(tree)}
    scope: dict[str, ast.expr] = {}
    found: dict[str, ast.Assign] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if _makes(node.value, names, scope):
                found[name] = node
            # ``net = net.to(device)`` is still what it was.
            if not (isinstance(node.value, ast.Call) and name in _names(node.value)):
                scope[name] = node.value
    return sorted(found.values(), key=lambda node: node.lineno)


def fills(statement: ast.stmt, wanted: set[str]) -> bool:
    """Whether a statement at the top puts layers into something that is wanted."""
    if isinstance(statement, ast.For):
        return all(fills(part, wanted) for part in statement.body) and not statement.orelse
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in FILLING
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in wanted
    )


def _returns_module(node: ast.FunctionDef, known: set[str]) -> bool:
    scope = {
        part.targets[0].id: part.value
        for part in _own(node)
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name)
    }
    returned = [part.value for part in _own(node) if isinstance(part, ast.Return)]
    return bool(returned) and all(
        value is not None and _makes(value, known, scope) for value in returned
    )


def _own(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """What stands in a function and not in one inside it."""
    rest: list[ast.AST] = list(node.body)
    while rest:
        part = rest.pop(0)
        yield part
        if not isinstance(part, _FUNCTION):
            rest.extend(ast.iter_child_nodes(part))


def _makes(value: ast.expr, known: set[str], scope: Mapping[str, ast.expr], depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(value, ast.IfExp):
        return all(_makes(part, known, scope, depth + 1) for part in (value.body, value.orelse))
    if isinstance(value, ast.Name):
        found = scope.get(value.id)
        return found is not None and _makes(found, known, scope, depth + 1)
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Name):
        return value.func.id in known or value.func.id in well_known()
    if not isinstance(value.func, ast.Attribute):
        return False
    if value.func.attr in _ITSELF:
        return _makes(value.func.value, known, scope, depth + 1)
    root, *rest = _dotted(value.func)
    last = rest[-1] if rest else ""
    if root in ("models", "torchvision"):
        return last.islower() or last in well_known()
    return root in ("nn", "torch") and last[:1].isupper() and last not in _NO_LAYERS


def _dotted(value: ast.expr) -> list[str]:
    if isinstance(value, ast.Attribute):
        return [*_dotted(value.value), value.attr]
    return [value.id] if isinstance(value, ast.Name) else [""]


def _names(tree: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def _imported(tree: ast.Module) -> set[str]:
    """The layers that are imported by name: ``from torch.nn import Conv2d``."""
    return {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("torch.nn")
        for alias in node.names
        if alias.name[:1].isupper() and alias.name not in _NO_LAYERS
    }
