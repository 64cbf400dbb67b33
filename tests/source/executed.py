"""The same source really executed by Python: what the reading of it is held against."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import resnet_core
from resnet_core.graph.model import Graph
from resnet_core.trace.hollow import hollow

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
ROOT = Path(resnet_core.__file__).parent

# What this package's own files import from each other, in so many words.
STANDINS = """
class ParameterError(ValueError):
    def __init__(self, name, value, reason, allowed=(), suggestion=None, fix=None):
        super().__init__(name)

class Text:
    def __init__(self, en, zh):
        self.en = en
    def format(self, *values):
        return self

class Noun:
    def __init__(self, one, several):
        self.one = one

class Registry:
    def register(self, name, **about):
        return lambda cls: cls

BLOCKS = Registry()
"""


def executed(source: str, call: str) -> nn.Module:
    """The module that Python makes of the source."""
    names = {"torch": torch, "nn": nn, "F": F, "__name__": "source"}
    with torch.device("cpu"):
        exec(compile(source, "source.py", "exec", dont_inherit=True), names)
        made: nn.Module = eval(call, names)
    return hollow(made)


def catalogue_source(block: str) -> str:
    """A block of this package with all that it imports from it, as one source."""
    parts = [STANDINS]
    for path in ("layers.py", f"blocks/{block}.py"):
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        for statement in list(tree.body):
            if isinstance(statement, ast.ImportFrom) and "resnet_core" in (statement.module or ""):
                where = tree.body.index(statement)
                tree.body[where : where + 1] = [
                    ast.parse(f"{alias.asname} = {alias.name}").body[0]
                    for alias in statement.names
                    if alias.asname
                ]
        annotated = [part for part in tree.body if not _is_future(part)]
        parts.append("\n".join(ast.unparse(part) for part in annotated))
    return "from __future__ import annotations\n" + "\n".join(parts)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def bare(graph: Graph) -> Graph:
    """The structure without the lines of code and what only a registered class knows."""
    nodes = tuple(replace(node, source=None) for node in graph.nodes)
    groups = tuple(
        replace(box, level="", attributes={}, noun=None, widths={}) for box in graph.groups
    )
    return replace(graph, nodes=nodes, groups=groups)
