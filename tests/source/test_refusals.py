"""What is outside the language is refused at its line, and nothing of it is ever run."""

from __future__ import annotations

from typing import Any

import pytest

from resnet_core.errors import SourceError, TraceError
from resnet_core.source.program import Program
from resnet_core.trace import trace
from tests.source.executed import IMPORTS
from tests.source.watching import watched


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


# Walks that led out of other interpreters of a part of Python, as their advisories tell them.
WALKS = {
    # RestrictedPython, CVE-2023-37271: the frame of a generator, and of those outside it
    "generator_frames": net("g = (g.gi_frame.f_back.f_back for x in [1])\n        list(g)"),
    "generator_send": net("(i for i in [1]).send(None)"),
    "generator_throw": net("(i for i in [1]).throw(ValueError)"),
    "generator_close": net("(i for i in [1]).close.__self__"),
    "function_frame": net("def f():\n            yield 1\n        f().gi_frame.f_globals"),
    # CVE-2023-41039, CVE-2024-21542: format of a class, unbound, or through a map
    "format_unbound": net("str.format('{0.__class__}', self)"),
    "format_of_class": net("type('').format('{0.__class__}', self)"),
    "format_map_unbound": net("str.format_map('{a.__class__}', {'a': self})"),
    "format_nested": net("'{:{}.{}}'.format(self, 1, 2)"),
    "format_conversion": net("'{0!s:{1}}'.format(self, '9' * 9)"),
    "format_of_method": net("'{0.__globals__}'.format(self.forward)"),
    # CVE-2024-47532, CVE-2025-22153: what exceptions carry
    "exception_object": net("try:\n            [].nothing\n        except Exception as e:\n            e.obj"),
    "exception_of_module": net("try:\n            self.nothing\n        except AttributeError as e:\n            e.obj"),
    "exception_chain": net("try:\n            {}['a']\n        except KeyError as e:\n            e.__context__"),
    "exception_frame": net("try:\n            {}['a']\n        except KeyError as e:\n            e.__traceback__.tb_frame"),
    "exception_reduce": net("try:\n            {}['a']\n        except KeyError as e:\n            e.__reduce__()"),
    "exception_group": "try:\n    a = 1\nexcept* ValueError as e:\n    e.exceptions\n" + net("b = a"),
    "exception_class": net("ValueError.__subclasses__()"),
    # simpleeval, asteval, Jinja: attributes by any other road
    "getattr_pieces": net("getattr(self, '__cl' + 'ass__').__mro__"),
    "getattr_joined": net("getattr((), ''.join(['__class', '__']))"),
    "getattr_mapped": net("list(map(getattr, [()], ['__class__']))"),
    "getattr_reduced": net("reduce(getattr, ['__class__', '__mro__'], self)", before="from functools import reduce\n"),
    "getattr_partial": net("partial(getattr, self)('__globals__')"),
    "getattr_starred": net("getattr(*[(), '__class__'])"),
    "attrgetter": net("operator.attrgetter('__class__')(())", before="import operator\n"),
    "methodcaller": net("operator.methodcaller('__reduce__')(())", before="import operator\n"),
    "itemgetter": net("operator.itemgetter(0).__reduce__()", before="import operator\n"),
    "object_getattribute": net("object.__getattribute__(self, '_reader')"),
    "module_getattr_unbound": net("nn.Module.__getattr__(self, '_reader')"),
    "module_setattr_unbound": net("nn.Module.__setattr__(self, '_reader', 1)"),
    "object_subclasses": net("object.__subclasses__()"),
    "type_subclasses": net("type(self).__subclasses__()"),
    "type_of_type": net("type(type(self)).__subclasses__"),
    "type_of_layer": net("type(nn.ReLU()).__init__.__globals__"),
    "super_function": net("super().__init__.__func__.__globals__"),
    "super_self": net("super().__thisclass__"),
    "property_getter": net("Net.p.fget.__globals__", before="class Net:\n    p = property(lambda s: 1)\n"),
    "class_cell": net("__class__.__mro__"),
    "class_dict": net("Net.__dict__"),
    "class_module": net("Net.__module__.join"),
    "class_bases": net("Net.__bases__"),
    "class_base": net("Net.__base__"),
    "wrapped": net("self.forward.__wrapped__"),
    "method_self": net("self.forward.__self__._reader"),
    "method_func": net("self.forward.__func__.__globals__"),
    "defaults": net("(lambda a=1: a).__defaults__[0].__class__"),
    "kwdefaults": net("(lambda *, a=1: a).__kwdefaults__"),
    "annotations": net("self.forward.__annotations__['x']"),
    "closure_cell": net("a = 1\n        (lambda: a).__closure__[0].cell_contents"),
    "list_method_self": net("[].append.__self__"),
    "string_method_class": net("''.join.__class__"),
    "partial_function": net("partial(len, []).func.__self__"),
    "native_call": net("len.call"),
    "native_members": net("len.members['x']"),
    "native_type": net("nn.Conv2d.type"),
    "namespace_members": net("torch.members"),
    "builtins_by_item": net("__builtins__.__dict__"),
    "loader": net("math.__loader__", before="import math\n"),
    "spec": net("torch.__spec__.loader"),
    "package_path": net("torch.__path__"),
    "torch_inner": net("torch._C._jit_set_profiling_mode(1)"),
    "torch_dynamo": net("torch._dynamo.config"),
    "torch_extension": net("torch.utils.cpp_extension.load('a', [])"),
    "torch_data": net("torch.utils.data.DataLoader([], num_workers=4)"),
    "torch_package": net("torch.package.PackageImporter('a')"),
    "torch_jit_load": net("torch.jit.load('a')"),
    "torch_fx": net("torch.fx.wrap('a')"),
    "torch_onnx": net("torch.onnx.export(self, 1, '/tmp/a')"),
    "torch_classes": net("torch.classes.load_library('a')"),
    "torch_distributed": net("torch.distributed.init_process_group('gloo')"),
    "torch_multiprocessing": net("torch.multiprocessing.spawn(print)"),
    "hub_by_import": net("hub.load('a', 'b')", before="from torch import hub\n"),
    "numpy_load": net("np.load('a', allow_pickle=True)"),
    "numpy_ctypes": net("np.ctypeslib"),
    "numpy_fromfile": net("np.fromfile('/etc/passwd')"),
    "copy_reader": net("copy.deepcopy(self)._reader"),
    "copy_sys": net("copy.sys", before="import copy\n"),
    "warnings_sys": net("warnings.sys.modules", before="import warnings\n"),
    "typing_hints": net("typing.get_type_hints(self)", before="import typing\n"),
    "typing_forward": net("typing.ForwardRef('eval(1)')._evaluate()", before="import typing\n"),
    "functools_cached": net("f()", before="from functools import singledispatch\n@singledispatch\ndef f():\n    pass\n"),
    "overwritten_layer": net("nn.Conv2d.forward = eval"),
    "overwritten_call": net("nn.Module.__call__ = lambda s, x: x"),
    "overwritten_function": net("F.relu = lambda x: x"),
    "overwritten_package": net("torch.relu = len"),
    "overwritten_forward": net("self.conv.forward = lambda x: x"),
    "overwritten_training": net("self.conv.__class__ = Net"),
    "module_dict_write": net("self.__dict__['_reader'] = 1"),
    "module_globals_write": net("self.forward.__globals__['x'] = 1"),
    "tensor_apply": net(forward="return x.apply_(len)"),
    "tensor_map": net(forward="return x.map_(x, len)"),
    "tensor_set": net(forward="return x.set_(x)"),
    "tensor_resize": net(forward="return x.resize_(10 ** 9)"),
    "tensor_class": net(forward="return x.__class__.__base__"),
    "tensor_reduce": net(forward="return x.__reduce_ex__(2)"),
    "tensor_interface": net(forward="return x.__cuda_array_interface__"),
    "tensor_subclass": net(forward="return x.as_subclass(Net)"),
    "tensor_nodes": net(forward="return x.tensor_nodes"),
    "tensor_grad_fn": net(forward="return x.grad_fn.next_functions"),
    "vmap": net("torch.vmap(len)"),
    "autograd_function": net(before="class A(torch.autograd.Function):\n    pass\n"),
    "save_hook": net("torch.autograd.graph.saved_tensors_hooks(len, len)"),
    "apply_eval": net("self.apply(eval)"),
    "sorted_eval": net("sorted(['1'], key=eval)"),
    "map_eval": net("list(map(eval, ['1']))"),
    "decorator_walk": net(before="@(lambda f: f.__globals__)\ndef f():\n    pass\n"),
    "decorator_class": net(before="@(lambda c: c.__mro__)\nclass A:\n    pass\n"),
    "default_walk": net(before="def f(a=().__class__):\n    pass\n"),
    "prepare": "class M:\n    def __prepare__(*a):\n        return {}\nclass Net(metaclass=M()):\n    pass\n",
    "mro_entries": "class M:\n    def __mro_entries__(self, bases):\n        return (object,)\nclass Net(M()):\n    pass\n",
    "build_class": net("__build_class__(len, 'a')"),
    "named_tuple_source": net("namedtuple('A', 'x=print(1)')", before="from collections import namedtuple\n"),
    "named_tuple_name": net("namedtuple('A:\\n  import os', 'x')", before="from collections import namedtuple\n"),
    "fstring_nested": net("f'{f\"{().__class__}\"}'"),
    "fstring_format_walk": net("f'{1:{().__class__}}'"),
    "fstring_debug": net("f'{self.__class__.__mro__=}'"),
    "walrus_walk": net("(a := ()).__class__"),
    "star_walk": net("[*().__class__.__subclasses__()]"),
    "delattr_call": net("delattr(self, '_reader')"),
    "bytes_of": net("bytes(10 ** 10)"),
    "memoryview_of": net("memoryview(b'a')"),
    "help_call": net("help()"),
    "exit_call": net("exit()"),
    "license_call": net("license()"),
    "print_to_file": net("open"),
    "unicode_name": net("ｇｅｔａｔｔｒ((), '__ｃlass__'.replace('ｃ', 'c'))"),
    "unicode_bidi": net("a = 1 # \u202e\n        eval('1')"),
    "long_chain_of_maps": net("g = iter([1])\n        for _ in range(3000):\n            g = map(int, g)\n        list(g)"),
    "long_chain_of_zips": net("g = iter([1])\n        for _ in range(3000):\n            g = zip(g)\n        list(g)"),
    "long_chain_of_loops": net("g = iter([1])\n        for _ in range(3000):\n            g = (i for i in g)\n        list(g)"),
    "endless_generator": net("def f():\n            while True:\n                yield 1\n        list(f())"),
    "endless_cycle": net("list(itertools.cycle([1]))", before="import itertools\n"),
    "endless_count": net("sum(itertools.count())", before="import itertools\n"),
    "endless_combinations": net("list(itertools.combinations(range(9000), 4))", before="import itertools\n"),
    "endless_product": net("sum(1 for _ in itertools.product(range(9), repeat=90))", before="import itertools\n"),
    "huge_round": net("round(1.5, 10 ** 9)"),
    "huge_int_of_string": net("int('9' * 9000)"),
    "huge_repeat": net("self.conv.weight.repeat(10 ** 9, 10 ** 9, 10 ** 9)"),
    "default_dict_bomb": net("d = defaultdict(lambda: d[0])\n        d[0]", before="from collections import defaultdict\n"),
    "operators_bomb": net("k + 1", before="class K:\n    def __add__(self, o):\n        return self + o\nk = K()\n"),
    "equality_bomb": net("k == 1", before="class K:\n    def __eq__(self, o):\n        return self == o\nk = K()\n"),
    "property_bomb": net("self.p\n    @property\n    def p(self):\n        return self.p"),
    "init_bomb": net("Net()"),
}  # fmt: skip


@pytest.mark.parametrize("name", WALKS)
def test_the_walks_of_other_interpreters_end_here(name: str) -> None:
    with watched(), pytest.raises((SourceError, TraceError)) as caught:
        graph(WALKS[name])
    if isinstance(caught.value, SourceError):
        assert caught.value.text["zh"] != caught.value.text["en"]


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
