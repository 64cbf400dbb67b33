"""What a pasted source may say: its tree, or the first place that is outside the language."""

from __future__ import annotations

import ast
import re
import warnings
from threading import Lock

from resnet_core.bilingual import Text, Words, same
from resnet_core.errors import SourceError
from resnet_core.source.budget import LONGEST_SOURCE

NAME = "<source>"
DEEPEST_TREE = 90
_DEEPEST_BRACKETS = 60

_REFUSED: dict[type[ast.AST], tuple[Text, Text]] = {
    ast.AsyncFunctionDef: (
        Text("nothing here waits: async has no meaning", "这里没有需要等待的东西：async 没有意义"),
        Text("write def without async", "去掉 async，只写 def"),
    ),
    ast.Await: (
        Text("nothing here waits: await has no meaning", "这里没有需要等待的东西：await 没有意义"),
        Text("leave await out", "去掉 await"),
    ),
}
# What Python says, and the same in Chinese.
_IN_CHINESE = (
    Words(r"^expected ':'", "这里缺少冒号“:”"),
    Words(r"^'(.)' was never closed", "“{}”没有配对的右括号"),
    Words(r"^unmatched '(.)'", "“{}”没有配对的左括号"),
    Words(r"closing parenthesis '(.)' does not match opening parenthesis '(.)'",
     "“{}”与前面的“{}”不配对"),
    Words(r"^unexpected indent", "这一行缩进过多"),
    Words(r"unindent does not match", "这一行的缩进与前面各层都对不上"),
    Words(r"expected an indented block after (.*)", "后面应有缩进的代码块（{}）"),
    Words(r"inconsistent use of tabs", "制表符与空格混用"),
    Words(r"unterminated .*string literal", "字符串没有结束的引号"),
    Words(r"invalid (?:non-printable )?character '?(.+?)'? ?\(?(U\+\w+)\)?",
     "有 Python 不认识的字符 {}（{}）"),
    Words(r"Missing parentheses in call to '(\w+)'", "{} 后面要加括号（这是 Python 2 的写法）"),
    Words(r"positional argument follows keyword argument", "位置参数写在了关键字参数后面"),
    Words(r"Perhaps you forgot a comma", "语法错误，可能漏了逗号"),
    Words(r"cannot assign to", "等号左边不能赋值"),
    Words(r"invalid decimal literal", "数字写法不对"),
    Words(r"keyword argument repeated: (\w+)", "关键字参数 {} 重复了"),
    Words(r"'(\w+)' outside function", "“{}”写在了函数外面"),
    Words(r"^invalid syntax", "语法错误"),
    Words(r"unexpected EOF|unexpected end", "代码没有写完"),
)  # fmt: skip
_CUT_OFF = Text(
    "the code ends in the middle of this: paste it with its end",
    "代码到这里就断了：请把后面的部分一起贴上",
)
_ASYNC = (ast.AsyncFor, ast.AsyncWith)
_one_at_a_time = Lock()


def tree_of(text: str, name: str = NAME) -> ast.Module:
    """The tree of Python code; threads take turns. Raises what ``ast.parse`` raises.

    Python 3.11 counts the depth of a tree for all threads together, and fails where two parse side
    by side (CPython issue 106905).
    """
    with _one_at_a_time:
        return ast.parse(text, name)


def parsed(text: str, parameter: str = "source") -> ast.Module:
    """The tree of the source. Raises SourceError."""
    if len(text.encode("utf-8", "replace")) > LONGEST_SOURCE:
        reason = Text("it has more than {:,} bytes", "它超过了 {:,} 字节").format(LONGEST_SOURCE)
        raise SourceError(
            text[:40] + " …",
            reason,
            allowed=Text("keep the classes that are drawn", "只保留要画的类"),
            parameter=parameter,
        )
    _check_brackets(text, parameter)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = tree_of(text)
    except SyntaxError as error:
        raise _misspelt(text, error, parameter) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise SourceError(
            text[:40], Text("it is no Python code", "它不是 Python 代码"), parameter=parameter
        ) from None
    _check_tree(text, tree, parameter)
    return tree


def refused(
    text: str, node: ast.AST, reason: Text, todo: Text | list[str] | None = None, **more: str
) -> SourceError:
    """The error of a place in the source, with the words that stand there."""
    line = getattr(node, "lineno", 0)
    return SourceError(
        words_of(text, node),
        reason,
        line=line,
        column=getattr(node, "col_offset", -1) + 1,
        allowed=todo or (),
        **more,
    )


def words_of(text: str, node: ast.AST) -> str:
    """The words of the source at a node, on one line and not too many."""
    try:
        words = ast.get_source_segment(text, node) or ""
    except (IndexError, ValueError):
        words = ""
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:58] + " …"


def _misspelt(text: str, error: SyntaxError, parameter: str) -> SourceError:
    lines = text.splitlines()
    line = min(error.lineno or 1, max(len(lines), 1))
    words = lines[line - 1].strip()[:60] if lines else ""
    rest = [number for number, row in enumerate(lines, 1) if number > line and row.strip()]
    cut = not rest and re.search(r"was never closed|unexpected EOF|^expected", error.msg or "")
    return SourceError(
        words,
        Text("Python says: {}", "Python 说：{}").format(_told(error.msg or "invalid syntax")),
        line=line,
        column=max(error.offset or 1, 1),
        allowed=_CUT_OFF if cut else Text("a line that Python can read", "Python 读得懂的一行"),
        parameter=parameter,
    )


def _told(said: str) -> Text:
    """What Python says of a mistake, which knows no Chinese."""
    for pattern, chinese in _IN_CHINESE:
        found = re.search(pattern, said)
        if found:
            return Text(said, chinese.format(*found.groups()))
    return same(said)


def _check_brackets(text: str, parameter: str) -> None:
    """Refuse what would take the parser itself too deep."""
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if depth > _DEEPEST_BRACKETS:
            raise _too_deep(text, parameter)


def _check_tree(text: str, tree: ast.Module, parameter: str) -> None:
    rest: list[tuple[ast.AST, int]] = [(tree, 0)]
    while rest:
        node, depth = rest.pop()
        if depth > DEEPEST_TREE:
            raise _too_deep(text, parameter)
        if isinstance(node, _ASYNC):
            raise refused(text, node, *_REFUSED[ast.Await], parameter=parameter)
        if type(node) in _REFUSED:
            raise refused(text, node, *_REFUSED[type(node)], parameter=parameter)
        rest.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _too_deep(text: str, parameter: str) -> SourceError:
    return SourceError(
        text[:40],
        Text("it is nested too deep", "嵌套太深"),
        allowed=Text("name the parts, one a line", "把各部分分行命名"),
        parameter=parameter,
    )
