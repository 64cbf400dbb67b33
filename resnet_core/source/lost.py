"""Lines that a page has lost, taken from the well-known class that a listing is of.

A listing of ResNet's code may lack its class, its constructor's head, or layers that its forward
calls. What stands there stays as it is; what is missing is what the class is known for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from textwrap import indent

from resnet_core.bilingual import Text
from resnet_core.source.known import library
from resnet_core.source.syntax import tree_of

_WIDTH = " " * 4
# A class is told from so many of its attributes, where nothing says its name.
_ENOUGH = 3
_ASSIGNED = re.compile(r"^\s*self\.(\w+) *=(?!=)", re.MULTILINE)
# The head of a class, in a line that may have begun with imports.
_CLASS = re.compile(r"(?:^\s*|(?<![\w.])(?=class \w+ ?\())class (\w+)", re.MULTILINE)
_USED = re.compile(r"\bself\.(\w+)")


@dataclass(frozen=True)
class _Class:
    """A well-known class: its constructor's statements and its methods, in order."""

    node: ast.ClassDef

    @property
    def name(self) -> str:
        return self.node.name

    @cached_property
    def methods(self) -> dict[str, ast.FunctionDef]:
        return {part.name: part for part in self.node.body if isinstance(part, ast.FunctionDef)}

    @property
    def init(self) -> ast.FunctionDef:
        return self.methods["__init__"]

    @cached_property
    def layers(self) -> dict[str, ast.Assign]:
        """The attribute that each statement of the constructor sets."""
        return _set_in(self.init)

    @property
    def names(self) -> set[str]:
        return {*self.layers, *self.methods}


@cache
def _classes() -> Mapping[str, _Class]:
    found = (_Class(node) for node in library().body if isinstance(node, ast.ClassDef))
    return {known.name: known for known in found if "__init__" in known.methods}


@dataclass
class Completion:
    """A listing on its way: its text, the class it is of, and what was taken from there."""

    text: str
    known: _Class | None = None
    taken: list[str] = field(default_factory=list)

    @property
    def note(self) -> Text:
        """What was taken, in one sentence."""
        name = self.known.name if self.known else ""
        return Text(
            "some lines of {} are not there; taken from the well-known class: {}",
            "{} 缺了几行，按众所周知的写法补上：{}",
        ).format(name, ", ".join(self.taken))


def meant(text: str) -> list[str]:
    """The well-known classes that the listing may be of, the likeliest first."""
    return [known.name for known in _meant(text)]


def is_known(name: str) -> bool:
    """Whether a word is the name of a well-known class, as a heading spells it."""
    return name.lower() in {known.lower() for known in _classes()}


def begun(text: str, name: str | None = None) -> Completion:
    """The listing with the head of its class and of its constructor, before it is indented.

    ``name`` is the well-known class that it is of; without one the likeliest is taken.
    """
    made = Completion(text, _classes()[name] if name else next(iter(_meant(text)), None))
    if made.known is None:
        return made
    made.text = _without_tails(made)
    if _CLASS.search(made.text):
        return made
    head = [f"class {made.known.name}(nn.Module):"]
    for part in made.known.node.body:
        if not isinstance(part, ast.Assign):
            continue
        attribute = re.escape(ast.unparse(part.targets[0]))
        if not re.search(rf"^\s*{attribute}\s*=", _first(made.text), re.MULTILINE):
            head.append(ast.unparse(part))
    lines = made.text.strip("\n").splitlines()
    if not re.search(r"\bdef __init__\(", made.text):
        start = next(at for at, line in enumerate(lines) if re.match(r"\s*(self\.|def )", line))
        head += lines[:start]
        head += [f"def __init__({', '.join(_parameters(made))}):", "super().__init__()"]
        lines = lines[start:]
        made.taken.append("__init__")
    made.text = "\n".join([*head, *lines])
    return made


def ended(made: Completion) -> Completion:
    """The listing, which is Python now, with the layers and the forward that it calls for."""
    known = made.known
    node = _only_class(made.text)
    if known is None or node is None:
        return made
    methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    init = methods.get("__init__")
    if init is None:
        return made
    lines = made.text.splitlines()
    if "forward" not in methods and "forward" in known.methods:
        lines += _method(known.methods["forward"])
        made.taken.append("forward")
    used = set(_USED.findall("\n".join(lines)))
    given = set(_ASSIGNED.findall("\n".join(lines[init.lineno - 1 : init.end_lineno])))
    lost = [name for name in known.layers if name in used - given - set(methods)]
    for at, statement in reversed(list(_places(init, known, lost))):
        lines.insert(at, indent(ast.unparse(statement), 2 * _WIDTH))
    made.taken += [f"self.{name}" for name in lost]
    made.text = "\n".join(lines) + "\n"
    return made


def with_forward(text: str) -> str:
    """With the forward that the layers of a single class call for, where it was left out."""
    node = _only_class(text)
    if node is None or len(node.body) == 0 or "(nn.Module)" not in text:
        return text
    methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    if "forward" in methods or "__init__" not in methods:
        return text
    layers = set(_ASSIGNED.findall(text))
    for known in sorted(_classes().values(), key=lambda known: -len(known.names)):
        forward = known.methods.get("forward")
        used = set(_USED.findall(ast.unparse(forward))) if forward else set()
        if used <= layers and {"downsample", "relu"} <= used:
            lines = text.splitlines()
            lines[node.end_lineno : node.end_lineno] = _method(known.methods["forward"])[1:]
            return "\n".join(lines) + "\n"
    return text


def _meant(text: str) -> list[_Class]:
    """The class that the listing names, or else those that have all that it speaks of."""
    known = _classes()
    named = _CLASS.search(text)
    if named:
        return [known[named[1]]] if named[1] in known else []
    if "self." not in text:
        return []
    lines = text.strip().splitlines()
    for name, found in known.items():
        if lines and lines[0].strip().lower() == name.lower():
            return [found]
    spoken = set(_USED.findall(text)) | set(re.findall(r"\bdef (\w+)\(self", text))
    fitting = [found for found in known.values() if spoken <= found.names]
    if len(spoken) < _ENOUGH:
        return []
    return sorted(fitting, key=lambda found: len(found.names))


def _first(text: str) -> str:
    """What stands before the first method."""
    return text.partition("def ")[0]


def _without_tails(made: Completion) -> str:
    """Without the name of the class by itself, and without ends of statements that are known."""
    known = made.known
    assert known is not None
    ends = [re.sub(r"\s", "", ast.unparse(part)) for part in known.layers.values()]
    kept, depth = [], 0
    for line in made.text.splitlines():
        bare = re.sub(r"\s", "", line)
        depth += line.count("(") - line.count(")")
        if bare.lower() == known.name.lower():
            continue
        if depth < 0 and any(end.endswith(bare) for end in ends):
            depth = 0
            continue
        depth = max(0, depth)
        kept.append(line)
    return "\n".join(kept)


def _parameters(made: Completion) -> Iterator[str]:
    """The parameters that the constructor needs: those without default, and those in use."""
    known = made.known
    assert known is not None
    given = set(_ASSIGNED.findall(made.text))
    lost = [part for name, part in known.layers.items() if name not in given]
    needed = _names([*lost, *_locals(known, lost)], ast.Load) | set(
        re.findall(r"\w+", _first(made.text))
    )
    arguments = known.init.args
    plain = len(arguments.args) - len(arguments.defaults)
    for index, argument in enumerate(arguments.args):
        if index < plain:
            yield argument.arg
        elif argument.arg in needed:
            yield f"{argument.arg}={ast.unparse(arguments.defaults[index - plain])}"


def _locals(known: _Class, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """The statements of the constructor that set the names which these use."""
    found: list[ast.stmt] = []
    needed = _names(statements, ast.Load)
    for part in reversed(known.init.body):
        if _names([part], ast.Store) & needed:
            found.insert(0, part)
            needed |= _names([part], ast.Load)
    return found


def _names(
    statements: Iterable[ast.stmt], used: type[ast.expr_context] = ast.expr_context
) -> set[str]:
    """The names that occur in statements, or those alone that are loaded, or stored."""
    return {
        name.id for part in statements for name in ast.walk(part)
        if isinstance(name, ast.Name) and isinstance(name.ctx, used)
    }  # fmt: skip


def _set_in(init: ast.FunctionDef) -> dict[str, ast.Assign]:
    """The statements of a constructor by the attribute that each sets."""
    return {
        target.attr: part
        for part in init.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Attribute)
    }


def _places(
    init: ast.FunctionDef, known: _Class, lost: list[str]
) -> Iterator[tuple[int, ast.stmt]]:
    """Each statement with the line that it is put before: where the class has it."""
    order, own = list(known.layers), _set_in(init)
    there = _names([init], ast.Store)
    for part in _locals(known, [known.layers[name] for name in lost]):
        if not _names([part]) & there:
            yield init.body[0].end_lineno or init.lineno, part
    for name in lost:
        later = (own[other].lineno - 1 for other in order[order.index(name) + 1 :] if other in own)
        yield next(later, init.end_lineno or init.lineno), known.layers[name]


def _method(node: ast.FunctionDef) -> list[str]:
    return ["", *(_WIDTH + line for line in ast.unparse(node).splitlines())]


def _only_class(text: str) -> ast.ClassDef | None:
    try:
        found = [part for part in tree_of(text).body if isinstance(part, ast.ClassDef)]
    except SyntaxError:
        return None
    return found[0] if len(found) == 1 else None
