"""A structure's own source with a comment at each line that made a call: Python that still runs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from torch import nn

from resnet_core.bilingual import LANGUAGES, TYPESET, Language, Text
from resnet_core.errors import ParameterError
from resnet_core.explain.explanation import NO_SOURCE
from resnet_core.explain.layer_notes import layer_notes
from resnet_core.explain.standalone import Comments, standalone
from resnet_core.graph.model import Graph, Group, Node, Shape
from resnet_core.graph.structure import Outline
from resnet_core.language.notation import Caption, call_title
from resnet_core.language.terminal import wrapped
from resnet_core.language.terms import amount, whole
from resnet_core.registry import BLOCKS
from resnet_core.source.syntax import tree_of

WIDTH = 84

_ENDING = """\
def build():
    \"\"\"{made}\"\"\"
    return {call}


if __name__ == "__main__":
    net = build().eval()
    x = torch.randn({shape})
    with torch.no_grad():
        print(tuple(net(x).shape)){given}
"""
_FILE = Text(
    "Its own source, commented: at each line the calls that it made.",
    "带注释的源代码：每一行都注明它执行了哪些调用。",
)
_PARAMETERS = Text("parameters", "参数量")
_ALONE = Text("The file needs only torch.", "这个文件只需要 torch。")
_BESIDE = Text("The file needs torch and {}.", "这个文件需要 torch，另外还需要 {}。")
_FAILS = Text("Run with this input it fails: {}.", "用这个输入运行会出错：{}。")
_SUMS = Text(
    "{} parameters, {} multiply-adds for an input of {}.", "{2} 的输入：{0} 个参数，{1}次乘加。"
)


@dataclass(frozen=True)
class Origin:
    """What a graph does not know of its structure: its class, and how it is built and run."""

    factory: type[nn.Module]
    arguments: Mapping[str, Any]
    shape: Shape


@dataclass(frozen=True)
class _Line:
    """The calls of one name that one line made."""

    name: str
    nodes: tuple[Node, ...]


def annotated(graph: Graph, caption: Caption, origin: Origin, language: Language) -> str:
    """The structure's source with comments, in one language.

    Raises ParameterError where its class is written in no file.
    """
    file = getattr(sys.modules[origin.factory.__module__], "__file__", None)
    classes = list(_classes(graph, origin.factory))
    # A class that was made inside of a function is no statement of any file.
    local = any(cls.__qualname__ != cls.__name__ for cls in classes)
    if not file or not Path(file).is_file() or local:
        raise ParameterError("format", "py", NO_SOURCE, allowed=("txt", "md", "json"))
    named = {cls.__name__: cls for cls in classes}
    blocks = {
        name: subject.origin.name
        for name, subject in BLOCKS.items()
        if subject.origin.name in named
    }
    comments = _Comments(graph, caption, language).of(classes)
    body = standalone(classes, blocks, comments, language)
    head = _head(graph, caption, origin, body, language)
    return f"{head}\n\n{body}\n\n{_ending(graph, origin, language)}"


def _head(graph: Graph, caption: Caption, origin: Origin, body: str, language: Language) -> str:
    others = sorted(_imported(body) - {"torch", *sys.stdlib_module_names})
    needs = _BESIDE[language].format(", ".join(others)) if others else _ALONE[language]
    facts = [(" " if language == LANGUAGES[0] else "").join([_FILE[language], needs])]
    if graph.problem:
        facts.append(_FAILS[language].format(graph.problem.text[language]))
    else:
        facts.append(
            _SUMS[language].format(
                f"{graph.totals.params:,}",
                amount(graph.totals.macs, language).strip(),
                "×".join(str(side) for side in origin.shape),
            )
        )
    texts = [line for fact in facts for line in wrapped(TYPESET[language](fact), WIDTH)]
    lines = [f'"""{caption.called(language)}', "", *texts, *filter(None, [caption.paper]), '"""']
    return "\n".join(lines)


def _imported(body: str) -> set[str]:
    """The packages that a source imports."""
    found: set[str] = set()
    for row in tree_of(body).body:
        if isinstance(row, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in row.names)
        elif isinstance(row, ast.ImportFrom) and row.module:
            found.add(row.module.partition(".")[0])
    return found


def _ending(graph: Graph, origin: Origin, language: Language) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in origin.arguments.items())
    made = Text("The structure with these parameters.", "用这些参数搭出的结构。")[language]
    outputs = [tuple(node.shape) for node in graph.outputs]
    return _ENDING.format(
        made=made,
        call=f"{origin.factory.__name__}({arguments})".replace("'", '"'),
        shape=", ".join(map(str, origin.shape)),
        given=f"  # {outputs[0]}" if len(outputs) == 1 else "",
    ).replace("tuple(net(x).shape)", _PRINTED[len(outputs) > 1])


# What stands between the parts of a comment is set as each language sets it.
_SIGNS = {
    ": ": Text(": ", "："), "; ": Text("; ", "；"), ", ": Text(", ", "，"),
    " (": Text(" (", "（"), ")": Text(")", "）"),
}  # fmt: skip
_PRINTED = {False: "tuple(net(x).shape)", True: "[tuple(made.shape) for made in net(x)]"}


def _classes(graph: Graph, factory: type[nn.Module]) -> Iterator[type[nn.Module]]:
    """The subject's class, then those of its own parts whose lines made calls."""
    yield factory
    known: dict[str, type[nn.Module]] = {}
    for name in ("resnet_core.layers", "resnet_core.layers", factory.__module__):
        known |= _defined(name)
    for subject in BLOCKS.values():
        known |= _defined(subject.origin.module)
    calls = [node.type for node in graph.calls]
    for made in dict.fromkeys([*(group.type for group in graph.groups), *calls]):
        if made in known and known[made] is not factory:
            yield known[made]


def _defined(module: str) -> dict[str, type[nn.Module]]:
    """The modules that a file defines."""
    found = vars(sys.modules[module]) if module in sys.modules else {}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == module
    }


class _Comments:
    """The comments on the lines of a structure's classes."""

    def __init__(self, graph: Graph, caption: Caption, language: Language) -> None:
        self.graph = graph
        self.language = language
        notes = layer_notes(Outline(graph), caption.parameters, language)
        self.notes = {note.node: note for note in notes}

    def of(self, classes: Iterable[type[nn.Module]]) -> Comments:
        found: dict[tuple[str, int], list[str]] = {}
        for cls in classes:
            file = str(sys.modules[cls.__module__].__file__)
            tree = _parsed(file, cls.__name__)
            called = self._called(file)
            for number, line in self._made(cls.__name__, tree):
                found.setdefault((file, number), []).extend(self._weights(line))
            for number in range(tree.lineno, (tree.end_lineno or 0) + 1):
                for line in self._named(called.get(number, [])):
                    found.setdefault((file, number), []).extend(self._told(line))
            for number, path in self._parts(cls.__name__, tree, called):
                found.setdefault((file, number), []).extend(path)
        return {
            place: tuple(line for text in texts for line in wrapped(text, WIDTH))
            for place, texts in found.items()
        }

    def _called(self, file: str) -> dict[int, list[Node]]:
        """The calls by the line of this file that made them."""
        found: dict[int, list[Node]] = {}
        for node in self.graph.calls:
            if node.source and _same_file(node.source.file, file):
                found.setdefault(node.source.line, []).append(node)
        return found

    def _named(self, nodes: list[Node]) -> list[_Line]:
        found: dict[str, list[Node]] = {}
        for node in nodes:
            found.setdefault(self._name(node), []).append(node)
        return [_Line(name, tuple(made)) for name, made in found.items()]

    def _name(self, node: Node) -> str:
        """What it is called in its class: the path below the innermost class of our own."""
        path = node.group
        while path and self.graph.group[path].type in ("Sequential", "ModuleList"):
            path = self.graph.group[path].parent
        return node.path.removeprefix(f"{path}.") if path else node.path

    def _told(self, line: _Line) -> Iterator[str]:
        """What a line of ``forward`` did: shapes, cost, and what it is for."""
        titles = {call_title(node, self.language) for node in line.nodes}
        title = titles.pop() if len(titles) == 1 else line.name
        named = f"{line.name} ({title})" if title.lower() != line.name.lower() else title
        told = f"{self._times(named, line.nodes)}: {self._shapes(line.nodes)}"
        yield self._typeset(told + self._cost(line.nodes))
        texts = {self.notes[node.id].text for node in line.nodes if node.id in self.notes}
        if len(texts) == 1 and (text := texts.pop()):
            yield text

    def _weights(self, line: _Line) -> Iterator[str]:
        """What a line of the constructor made: its parameters, as a formula where it is one."""
        params = sum(node.params for node in line.nodes)
        if not params:
            return
        sums = [
            formula
            for node in line.nodes
            for formula in self.notes[node.id].sums
            if formula.startswith(_PARAMETERS[self.language])
        ]
        if len(line.nodes) == 1 and sums:
            yield sums[0]
        else:
            word = _PARAMETERS[self.language]
            yield f"{word} = {params:,}"

    def _made(self, owner: str, tree: ast.ClassDef) -> Iterator[tuple[int, _Line]]:
        """The lines ``self.name = …`` of a constructor, with the calls of what they made."""
        for row in (row for row in ast.walk(tree) if isinstance(row, ast.Assign)):
            for target in row.targets:
                name = _own(target)
                paths = [_joined(group.path, name) for group in self._of_type(owner) if name]
                nodes = [node for path in paths for node in self._inside.get(path, ())]
                if nodes:
                    yield row.lineno, _Line(name, tuple(nodes))

    def _parts(
        self, owner: str, tree: ast.ClassDef, called: Mapping[int, list[Node]]
    ) -> Iterator[tuple[int, list[str]]]:
        """The lines that call a part whose own lines made the calls: a stage, an attention."""
        for row in ast.walk(tree):
            name = _own(row.func) if isinstance(row, ast.Call) else ""
            if not name or not isinstance(row, ast.Call):
                continue
            paths = [_joined(group.path, name) for group in self._of_type(owner)]
            found = [self._inside.get(path, []) for path in paths if path in self.graph.group]
            inside = [nodes for nodes in found if nodes]
            direct = {node.id for node in called.get(row.lineno, [])}
            if inside and not any(node.id in direct for nodes in inside for node in nodes):
                yield row.lineno, [self._typeset(self._part(name, inside))]

    def _part(self, name: str, inside: list[list[Node]]) -> str:
        """A part as a whole, from its first call's input to its last call's output."""
        ends = [(nodes[0].inputs[:1], nodes[-1].outputs[:1]) for nodes in inside]
        times = f"{name}, {len(inside)}×" if len(inside) > 1 else name
        nodes = [node for made in inside for node in made]
        return f"{times}: {self._ends(ends)}{self._cost(nodes)}"

    @cached_property
    def _inside(self) -> dict[str, list[Node]]:
        """The calls by the paths of all that they are inside of, their own among them."""
        found: dict[str, list[Node]] = {}
        for node in self.graph.calls:
            names = node.path.split(".")
            for length in range(1, len(names) + 1):
                found.setdefault(".".join(names[:length]), []).append(node)
        return found

    def _of_type(self, owner: str) -> list[Group]:
        return [group for group in self.graph.groups if group.type == owner]

    def _times(self, name: str, nodes: tuple[Node, ...]) -> str:
        if len(nodes) == 1:
            return name
        return f"{name}, {len(nodes)}×"

    def _shapes(self, nodes: tuple[Node, ...]) -> str:
        return self._ends([(node.inputs, node.outputs) for node in nodes])

    def _ends(self, ends: Iterable[tuple[tuple[Shape, ...], tuple[Shape, ...]]]) -> str:
        """What goes in and what comes out, of several calls each shape once and at most three."""
        joint = Text(" and ", "和")[self.language]
        texts = dict.fromkeys(
            " → ".join(joint.join(map(whole, dict.fromkeys(one))) or "✗" for one in end)
            for end in ends
        )
        return "; ".join([*texts][:3]) + (" …" if len(texts) > 3 else "")

    def _cost(self, nodes: Iterable[Node]) -> str:
        nodes = list(nodes)
        params, macs = sum(node.params for node in nodes), sum(node.macs for node in nodes)
        told = []
        if params:
            told.append(Text(f"{params:,} parameters", f"{params:,} 个参数"))
        if macs:
            count = amount(macs, self.language).strip()
            told.append(Text(f"{count} multiply-adds", f"{count}次乘加"))
        return "".join(f", {text[self.language]}" for text in told)

    def _typeset(self, text: str) -> str:
        for western, own in _SIGNS.items():
            text = text.replace(western, own[self.language])
        return TYPESET[self.language](text)


@cache
def _same_file(shown: str, file: str) -> bool:
    """Whether a source as it is shown, from the project's root or by name alone, is this file."""
    return Path(file).as_posix().endswith(f"/{shown}")


def _own(node: ast.AST) -> str:
    """``name`` of ``self.name``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else ""
    return ""


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@cache
def _parsed(file: str, owner: str) -> ast.ClassDef:
    tree = tree_of(Path(file).read_text(encoding="utf-8"))
    return next(row for row in tree.body if isinstance(row, ast.ClassDef) and row.name == owner)
