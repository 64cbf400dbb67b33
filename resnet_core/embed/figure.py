"""A figure of a document: the words of its marker → the picture that they ask for.

bottleneck --stride 2                        a subject with its knobs
bottleneck stride=2                          the same
compare "bottleneck" "basic stride=2"        two subjects
my_model.py:Net input=1x3x224x224            a module of one's own, where that is allowed
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from resnet_core.bilingual import Language, Text
from resnet_core.errors import ParameterError

if TYPE_CHECKING:
    from resnet_core.compare import Comparison
    from resnet_core.diagram.diagram import Diagram
    from resnet_core.diagram.picture import Drawing, Picture

COMPARE = "compare"
_PAIR = re.compile(r"[A-Za-z][A-Za-z0-9_-]*=")
_OWN = re.compile(r"[^\s:=]+:\w+")
# How a document's own modules are drawn: the module's name, shapes of its inputs, the view.
Own = Callable[[str, Sequence[str], dict[str, str]], "Drawing"]
Shown = TypeVar("Shown", bound="Picture")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a marker, split as a shell does. Raises ParameterError."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise ParameterError(
            "", text, Text("a quotation mark is not closed", "引号没有闭合"),
            allowed=Text("words as on the command line", "与命令行相同的写法"),
        ) from None  # fmt: skip
    return tuple(_dashed(words))


def figure(words: Sequence[str], own: Own | None = None) -> Picture:
    """The picture that the words ask for. ``own`` draws modules from files, None refuses them.

    Raises ParameterError.
    """
    if words and words[0] == COMPARE:
        return _comparison(words[1:])
    if words and _OWN.fullmatch(words[0]):
        return _own(words, own)
    return _diagram(words)


def with_options(picture: Shown, **changes: Any) -> Shown:
    """The same picture with another view."""
    changed: Any = picture
    return replace(changed, options=picture.options.model_copy(update=changes))  # type: ignore[no-any-return]


def alternative(picture: Picture, language: Language | None = None) -> str:
    """What the picture shows, in a few words, for those who do not see it."""
    from resnet_core.diagram.picture import Drawing
    from resnet_core.language.caption import facts

    lang = language or picture.options.lang
    if not isinstance(picture, Drawing):
        return picture.caption.named
    known = Text(", ", "，")[lang].join(facts(picture.caption, picture.graph, lang))
    return Text("{}: {}", "{}：{}").format(picture.caption.named, known)[lang]


def _dashed(words: Sequence[str]) -> Iterator[str]:
    """The words, with ``--`` before every ``name=value`` that is not an option's value."""
    before = ""
    for word in words:
        is_value = before.startswith("--") and "=" not in before
        yield f"--{word}" if _PAIR.match(word) and not is_value else word
        before = word


def _diagram(words: Sequence[str]) -> Diagram:
    from resnet_core.diagram.words import Request

    return Request(tuple(words)).diagram


def _comparison(words: Sequence[str]) -> Comparison:
    from resnet_core.compare.query import checked, comparison
    from resnet_core.diagram.form import properties
    from resnet_core.diagram.options import Options
    from resnet_core.diagram.words import options

    if len(words) < 2 or any(word.startswith("--") for word in words[:2]):
        raise ParameterError(
            COMPARE, " ".join(words), Text("it takes two subjects", "需要两个对象"),
            allowed=Text('compare "bottleneck stride=2" "basic stride=2"',
                         'compare "bottleneck stride=2" "basic stride=2"'),
        )  # fmt: skip
    one, other = (_diagram(words_of(side)) for side in words[:2])
    chosen = dict(options(words[2:], properties(Options), COMPARE))
    return checked(comparison(one, other, chosen.pop("view", "one"), chosen))


def _own(words: Sequence[str], own: Own | None) -> Drawing:
    from resnet_core.diagram.form import properties
    from resnet_core.diagram.options import Options
    from resnet_core.diagram.words import options

    target, *rest = words
    if own is None:
        raise ParameterError(
            "", target, Text("modules from files are not drawn here", "这里不画文件中的模块"),
            allowed=Text("a block, a model, or compare", "块、网络或 compare"),
        )  # fmt: skip
    given = list(options(rest, properties(Options), target))
    inputs = [value for name, value in given if name == "input"]
    if not inputs:
        raise ParameterError(
            "input", "",
            Text("{} needs the shape of its input", "{} 需要输入的形状").format(target),
            allowed=Text("batch first, such as input=1x3x224x224",
                         "批大小在前，例如 input=1x3x224x224"),
        )  # fmt: skip
    return own(target, inputs, {name: value for name, value in given if name != "input"})
