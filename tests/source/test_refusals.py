"""What is outside the language is refused at its line, and nothing of it is ever run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from resnet_core.errors import SourceError
from resnet_core.source.program import Program
from resnet_core.source.syntax import NAME
from resnet_core.trace import trace
from tests.source.executed import IMPORTS

WATCHED = (
    "exec",
    "open",
    "import",
    "socket.",
    "subprocess.",
    "os.",
    "ctypes.",
    "pickle.",
    "shutil.",
)
seen: list[str] = []
watching: list[bool] = []


def _hook(event: str, _args: tuple[Any, ...]) -> None:
    # For the line of a syntax error Python itself looks whether there is a file of this name.
    ours = event == "open" and _args[0] == NAME
    if watching and event.startswith(WATCHED) and not ours:
        seen.append(f"{event} {_args[:1]}")


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[None]:
    """Nothing that is heard of at the machine's edge may happen in here."""
    seen.clear()
    watching.append(True)
    try:
        yield
    finally:
        watching.clear()
    assert seen == []


def net(init: str = "pass", forward: str = "return x", before: str = "") -> str:
    return (
        f"{IMPORTS}{before}\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 3, 1)\n"
        f"        {init}\n"
        "    def forward(self, x):\n"
        "        x = self.conv(x)\n"
        f"        {forward}\n"
    )


def graph(source: str, call: str = "Net()") -> Any:
    program = Program(source)
    return trace(lambda: program.build(call), [(1, 3, 8, 8)])


# torch imports parts of itself at the first run, and the library of known names is read once.
graph(net("self.a = DropPath()", "x > 0; return x"))

ESCAPES = {
    "import": net("import os; os.system('true')"),
    "from_import": net("from os import system; system('true')"),
    "dunder_import": net("__import__('os').system('true')"),
    "subclasses": net("().__class__.__bases__[0].__subclasses__()"),
    "class_of_number": net("(1).__class__"),
    "mro": net("self.__class__.__mro__"),
    "globals": net("self.forward.__globals__"),
    "func_code": net("(lambda: 0).__code__"),
    "closure": net("(lambda: self).__closure__"),
    "builtins": net("print.__self__"),
    "builtins_name": net("__builtins__['eval']('1')"),
    "getattr_dunder": net("getattr(getattr(self, '__class__'), '__subclasses__')()"),
    "getattr_reader": net("self._reader.call"),
    "getattr_reader_by_name": net("getattr(self, '_reader')"),
    "getattr_class": net("getattr(self, '_class')"),
    "setattr_reader": net("setattr(self, '_reader', 1); self._reader.x"),
    "dict_of_module": net("self.__dict__['_reader']"),
    "eval": net("eval('1')"),
    "exec": net("exec('x = 1')"),
    "compile": net("compile('1', '', 'eval')"),
    "open": net("open('/etc/passwd').read()"),
    "globals_call": net("globals()"),
    "locals_call": net("locals()"),
    "vars_call": net("vars(self)"),
    "dir_call": net("dir(self)"),
    "input": net("input()"),
    "breakpoint": net("breakpoint()"),
    "format_walk": net("'{0.__class__}'.format(self)"),
    "format_index": net("'{0[a]}'.format({'a': 1})"),
    "format_map": net("'{a}'.format_map({'a': self})"),
    "fstring_walk": net("f'{self.__class__.__mro__}'"),
    "fstring_width": net("f'{1:999999999}'"),
    "percent_width": net("'%999999999d' % 1 + 1"),
    "generator_frame": net("g = (i for i in [1]); g.gi_frame.f_back"),
    "generator_code": net("(i for i in [1]).gi_code"),
    "traceback": net("try:\n            1 / 0\n        except Exception as e:\n            e.__traceback__"),
    "torch_load": net("torch.load('/etc/passwd')"),
    "torch_save": net("torch.save(1, '/tmp/x')"),
    "torch_hub": net("torch.hub.load('a', 'b')"),
    "torch_os": net("torch.os.system('true')"),
    "torch_sys": net("torch.serialization.os"),
    "torch_ops": net("torch.ops.load_library('x')"),
    "torch_from_file": net("torch.from_file('/etc/passwd')"),
    "torch_compile": net("torch.compile(self)"),
    "nn_sys": net("nn.modules.module.sys"),
    "functional_import": net("F.importlib"),
    "storage": net("self.conv.weight.storage()"),
    "data_ptr": net("self.conv.weight.data_ptr()"),
    "numpy_of": net("self.conv.weight.numpy()"),
    "hook": net("self.conv.register_forward_hook(print)"),
    "tensor_hook": net("self.conv.weight.register_hook(print)"),
    "module_getattr": net("self.conv.__getattribute__('x')"),
    "module_setstate": net("self.conv.__setstate__({})"),
    "reduce": net("self.conv.__reduce__()"),
    "metaclass": "class M(type):\n    pass\nclass Net(metaclass=M):\n    pass\n",
    "type_makes_a_metaclass": net("type('X', (type,), {})"),
    "type_of_a_builtin": net("type('X', (str,), {})"),
    "type_of_no_name": net("type('X', (), {1: 2})"),
    "class_getitem": net("X.__class_getitem__('a')", before="class X:\n    pass\n"),
    "init_subclass": net("X.__init_subclass__()", before="class X:\n    pass\n"),
    "decorator_eval": net(before="@eval\ndef f():\n    pass\n"),
    "inherit_str": net(before="class S(str):\n    pass\n"),
    "huge_power": net("9 ** 9 ** 9"),
    "huge_shift": net("1 << 10 ** 9"),
    "huge_string": net("'a' * 10 ** 9"),
    "huge_list": net("[0] * 10 ** 9"),
    "huge_range": net("list(range(10 ** 9))"),
    "huge_sum": net("sum(range(10 ** 9))"),
    "growing_list": net("a = [0]\n        while True:\n            a = a + a"),
    "growing_string": net("a = 'a'\n        while True:\n            a += a"),
    "growing_number": net("a = 3\n        while True:\n            a *= a"),
    "nest_of_lists": net("a = b = ()\n        for _ in range(60):\n            a, b = (a, a), (b, b)\n        a == b"),
    "nest_hashed": net("a = ()\n        for _ in range(60):\n            a = (a, a)\n        {a: 1}"),
    "nest_printed": net("a = ()\n        for _ in range(60):\n            a = (a, a)\n        f'{a}'"),
    "list_in_itself": net("a = []\n        a.append(a)\n        str(a)"),
    "endless": net("while True:\n            pass"),
    "endless_recursion": net("self.go()\n    def go(self):\n        return self.go()"),
    "endless_modules": net("self.m = [nn.ReLU() for _ in range(2000)]"),
    "endless_copies": net("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 10 ** 6)"),
    "endless_lstm": net("nn.LSTM(8, 8, 10 ** 6)"),
    "huge_layer": net("nn.Linear(10 ** 12, 10 ** 12)"),
    "replace_bomb": net("a = 'a' * 10000\n        a.replace('a', a)"),
    "cut_to_pieces": net("torch.zeros(10 ** 8).split(1)"),
    "split_to_pieces": net("torch.zeros(4).tensor_split(10 ** 8)"),
    "many_pieces": net("list(torch.zeros(10 ** 8))"),
    "module_in_itself": net("self.a = self"),
    "module_in_its_part": net("self.a = nn.Sequential(); self.a.append(self)"),
    "function_returned": net(forward="return self.forward"),
    "join_bomb": net("a = 'a' * 30000\n        ','.join([a] * 9000)"),
    "fstring_bomb": net("a = 'a' * 30000\n        f'{a}{a}{a}'"),
    "printed_bomb": net("a = 'a' * 30000\n        str([a] * 9000)"),
    "percent_bomb": net("a = 'a' * 30000\n        '%s %s' % (a, a)"),
    "nest_sought": net("a = b = ()\n        for _ in range(60):\n            a, b = (a, a), (b, b)\n        [a].index(b)"),
    "nest_in_set": net("a = ()\n        for _ in range(60):\n            a = (a, a)\n        set().add(a)"),
    "tensor_of_nest": net("a = [[0] * 9000] * 9000\n        torch.tensor(a)"),
    "data_branch": net(forward="return x if x.sum() > 0 else -x"),
    "item": net(forward="return x * x.mean().item()"),
    "int_of_tensor": net(forward="return x * int(x.mean())"),
    "async": "async def f():\n    pass\n",
    "match_class": net("match self:\n            case object(__class__=c):\n                c.__mro__"),
    "match_mapping": net("match {}:\n            case {'a': 1}:\n                pass"),
    "match_walk": net("match self:\n            case nn.Module(_reader=r):\n                r.text"),
    "null": "a = '\0'\n",
    "not_python": "class Net(:\n    pass",
    "deep_brackets": "a = " + "(" * 5000 + ")" * 5000,
    "deep_not": "a = " + "not " * 5000 + "1",
    "deep_minus": "a = " + "-" * 9000 + "1",
    "deep_sum": "a = " + "+".join(["1"] * 9000),
    "deep_lambda": "a = " + "lambda: " * 3000 + "1",
    "deep_attribute": "a = a" + ".a" * 9000,
    "deep_if": "\n".join(" " * depth + "if 1:" for depth in range(150)) + "\n" + " " * 150 + "pass",
    "long": "a = 1\n" * 6000,
    "huge_literal": "a = " + "9" * 5000,
    "bytes": net("a = b'a'"),
    "surrogate": "a = '\ud800'",
    "confusable": net("ｅｖａｌ('1')"),
    "confusable_dunder": net("self.＿＿class＿＿.__mro__"),
}  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES)
def test_nothing_gets_out(name: str) -> None:
    with watched(), pytest.raises(SourceError) as caught:
        graph(ESCAPES[name])
    assert caught.value.text["zh"] != caught.value.text["en"]


PLACES = {
    "unknown name": (net("self.a = nn.Conv2d(3, 3, kernel)"), 9, 34),
    "unknown layer": (net("self.a = nn.Conv2D(3, 3, 1)"), 9, 18),
    "in forward": (net(forward="return x.foo()"), 12, 16),
    "wrong argument": (net("self.a = nn.Conv2d(3, 3, kernel=1)"), 9, 18),
    "groups": (net("self.a = nn.Conv2d(3, 4, 1, groups=3)"), 9, 18),
    "import used": (net("self.a = Thing()", before="from mine import Thing\n"), 10, 18),
    "own error": (net("raise ValueError('no')"), 9, 9),
    "assertion": (net("assert 1 == 2, 'no'"), 9, 9),
    "syntax": (IMPORTS + "class Net(nn.Module)\n    pass\n", 4, 21),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_refusal_says_where(name: str) -> None:
    source, line, column = PLACES[name]
    with pytest.raises(SourceError) as caught:
        graph(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.words in " ".join(source.split())


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(SourceError, match="did you mean 'Conv2d'"):
        graph(net("self.a = nn.Conv2D(3, 3, 1)"))


def test_a_wrong_channel_count_is_drawn_at_its_line() -> None:
    source = net("self.next = nn.Conv2d(4, 4, 1)", "return self.next(x)")
    found = graph(source)
    assert found.problem is not None
    assert found.problem.title == "channels do not fit"
    (broken,) = [node for node in found.nodes if node.id == found.problem.node]
    assert broken.source is not None
    assert (broken.source.file, broken.source.line) == ("source.py", 12)
