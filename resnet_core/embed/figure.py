"""A figure of a document: the words of its marker → the picture that they ask for.

bottleneck --stride 2                        a subject with its knobs
bottleneck stride=2                          the same
compare "bottleneck" "basic stride=2"        two subjects
sweep bottleneck over=stride values=1,2      a subject at several values of one knob
window bottleneck stride=2 node=conv2        which positions a call of it reads
source call="Net(3)" input=1x3x64x64         code that stands with the words, or in a file.py that
                                             is named; it is read and never run
my_model.py:Net input=1x3x224x224            a module of one's own, whose file is run, where that
                                             is allowed
"""

from __future__ import annotations

import re
import shlex
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Language, Text
from resnet_core.errors import ParameterError

if TYPE_CHECKING:
    from resnet_core.compare import Comparison
    from resnet_core.diagram.diagram import Diagram
    from resnet_core.diagram.pasted import SourceDrawing
    from resnet_core.diagram.picture import Drawing, Picture
    from resnet_core.sweep import Sweep
    from resnet_core.window import Window

    Figure = Picture | Sweep | Window

COMPARE, SWEEP, WINDOW, SOURCE = "compare", "sweep", "window", "source"
_PAIR = re.compile(r"[A-Za-z][A-Za-z0-9_-]*=")
_OWN = re.compile(r"[^\s:=]+:\w+")
# How a document's own modules are drawn: the module's name, shapes of its inputs, the view.
Own = Callable[[str, Sequence[str], dict[str, str]], "Drawing"]


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


def parted(words: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words without the options of these names, and these with their values.

    An option that is given more than once has its values with commas between.
    """
    kept: list[str] = []
    taken: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in names:
            value = value if equals else next(rest, "")
            taken[name] = f"{taken[name]},{value}" if name in taken else value
        else:
            kept.append(word)
    return tuple(kept), taken


def figure(
    words: Sequence[str], own: Own | None = None, *, code: str = "", folder: Path | None = None
) -> Figure:
    """The picture that the words ask for. ``own`` draws modules from files, None refuses them.

    ``code`` is what stands with the words; a file that is read is named from ``folder``, and none
    is read where there is no folder. Raises ParameterError.
    """
    first = words[0] if words else ""
    if first == COMPARE:
        return _comparison(words[1:])
    if first == SWEEP:
        return _sweep(words[1:])
    if first == WINDOW:
        return _window(words[1:], own)
    if first == SOURCE:
        return _source(words[1:], code, folder)
    return _drawing(words, own)


def with_options(shown: Figure, **changes: Any) -> Figure:
    """The same picture with another view."""
    from resnet_core.diagram.picture import Picture

    changed: Any = shown
    if isinstance(shown, Picture):
        view = shown.options.model_copy(update=changes)
        return replace(changed, options=view)  # type: ignore[no-any-return]
    # What walks a window or sweeps a knob shows itself as its drawing does.
    (inner,) = (name for name in ("diagram", "drawing") if hasattr(shown, name))
    drawing = with_options(getattr(shown, inner), **changes)
    return replace(changed, **{inner: drawing})  # type: ignore[no-any-return]


def themed(shown: Figure, theme: str) -> Figure:
    """The same picture in a theme, as a place asks for it by name. Raises ParameterError."""
    from resnet_core.diagram.form import Options, fill

    return with_options(shown, theme=fill(Options, {"theme": theme}).theme)


def alternative(shown: Figure, language: Language | None = None) -> str:
    """What the picture shows, in a few words, for those who do not see it."""
    from resnet_core.diagram.picture import Drawing, Picture
    from resnet_core.language.notation import facts

    if not isinstance(shown, Picture):
        return shown.plate.title
    lang = language or shown.options.lang
    if not isinstance(shown, Drawing):
        return shown.caption.named
    known = Text(", ", "，")[lang].join(facts(shown.caption, shown.graph, lang))
    return Text("{}: {}", "{}：{}").format(shown.caption.named, known)[lang]


def _dashed(words: Sequence[str]) -> Iterator[str]:
    """The words, with ``--`` before every ``name=value`` that is not an option's value."""
    before = ""
    for word in words:
        is_value = before.startswith("--") and "=" not in before
        yield f"--{word}" if _PAIR.match(word) and not is_value else word
        before = word


def _drawing(words: Sequence[str], own: Own | None) -> Drawing:
    return _own(words, own) if words and _OWN.fullmatch(words[0]) else _diagram(words)


def _diagram(words: Sequence[str]) -> Diagram:
    from resnet_core.diagram.words import Request

    return Request(tuple(words)).diagram


def _comparison(words: Sequence[str]) -> Comparison:
    from resnet_core.compare.query import checked, comparison

    if len(words) < 2 or any(word.startswith("--") for word in words[:2]):
        raise ParameterError(
            COMPARE, " ".join(words), Text("it takes two subjects", "需要两个对象"),
            allowed=Text('compare "bottleneck stride=2" "basic stride=2"',
                         'compare "bottleneck stride=2" "basic stride=2"'),
        )  # fmt: skip
    one, other = (_diagram(words_of(side)) for side in words[:2])
    chosen = _view(words[2:], COMPARE)
    return checked(comparison(one, other, chosen.pop("view", "one"), chosen))


def _sweep(words: Sequence[str]) -> Sweep:
    from resnet_core.sweep.sweeping import OWN, asked

    rest, said = parted(words, OWN)
    return asked([*_diagram(rest).query, *said.items()])


def _window(words: Sequence[str], own: Own | None) -> Window:
    from resnet_core.window.asking import OWN, START, window_of

    rest, said = parted(words, OWN)
    return window_of(_drawing(rest, own), said.get("node", ""), said.get("at", START))


def _source(words: Sequence[str], code: str, folder: Path | None) -> SourceDrawing:
    """The drawing of code that is read, restored where a page has spoilt it, and never run."""
    from resnet_core.diagram.pasted import draw_source
    from resnet_core.source.copied_page import restored

    file = words[0] if words and not words[0].startswith("--") else ""
    view, said = parted(words[1:] if file else words, ("call", "input", "known"))
    known = dict(pair.partition(":")[::2] for pair in said.get("known", "").split(",") if pair)
    return draw_source(
        restored(_read(file, folder) if file else code).text,
        said.get("call"),
        said.get("input"),
        known=known,
        file=Path(file).name or "source.py",
        **_view(view, SOURCE),
    )


def _read(file: str, folder: Path | None) -> str:
    """The text of a file that a marker names."""
    if folder is None:
        raise ParameterError(
            "", file, Text("no files are read here", "这里不读取文件"),
            allowed=Text("code that stands with the words", "与标记写在一起的代码"),
        )  # fmt: skip
    try:
        return (folder / file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ParameterError(
            "", file, Text("it cannot be read", "无法读取"),
            allowed=Text("a Python file in UTF-8, named from the document's folder",
                         "UTF-8 编码的 Python 文件，路径从文档所在文件夹算起"),
        ) from None  # fmt: skip


def _own(words: Sequence[str], own: Own | None) -> Drawing:
    target, *rest = words
    if own is None:
        raise ParameterError(
            "", target, Text("modules from files are not drawn here", "这里不画文件中的模块"),
            allowed=Text("a block, a model, or compare", "块、网络或 compare"),
        )  # fmt: skip
    view, said = parted(rest, ("input",))
    if "input" not in said:
        raise ParameterError(
            "input", "",
            Text("{} needs the shape of its input", "{} 需要输入的形状").format(target),
            allowed=Text("batch first, such as input=1x3x224x224",
                         "批大小在前，例如 input=1x3x224x224"),
        )  # fmt: skip
    return own(target, said["input"].split(","), _view(view, target))


def _view(words: Sequence[str], subject: str) -> dict[str, str]:
    """The options of the view that the words say. Raises ParameterError for a stray word."""
    from resnet_core.diagram.form import Options, properties
    from resnet_core.diagram.words import options

    return dict(options(words, properties(Options), subject))


POINTS_OF_A_PIXEL = 0.75
_PNG = b"\x89PNG"
_BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")


def size_of(picture: bytes, scale: int = 1) -> tuple[int, int]:
    """Width and height that the SVG of a picture has, told from its PDF or its PNG at a scale."""
    if picture.startswith(_PNG):
        # Graphviz takes the size for points, and gives a PNG 96 dots an inch.
        width, height = (pixels / scale * 0.75 for pixels in struct.unpack(">II", picture[16:24]))
        return round(width), round(height)
    found = _BOX.search(picture)
    assert found is not None, "a page without its size"
    return round(float(found[1])), round(float(found[2]))
