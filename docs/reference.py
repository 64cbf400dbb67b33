"""The reference pages and the manual page, written from the signatures. ``make docs`` runs it.

    python docs/reference.py

Subjects, knobs, view and formats are read from where they are registered, commands from their help,
so there is nothing here that could be forgotten; a test holds the pages to what this writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from click.testing import CliRunner

from app.cli import main as command_line
from app.pages.fields import Field, fields_of
from app.pages.i18n import LANGUAGES, Language
from resnet_core.bilingual import Text
from resnet_core.compare import FORMATS as COMPARED
from resnet_core.diagram.form import Input, Options
from resnet_core.formats.registry import FORMATS
from resnet_core.registry import BLOCKS, NETWORKS, Subject
from resnet_core.sweep import FORMATS as SWEPT
from resnet_core.window import FORMATS as WALKED

FOLDER = Path(__file__).parent
MANUAL = FOLDER / "resnet-diagram.1"
INTRO = Text(
    "Written from the signatures by `make docs`. A query (`/diagram?block=bottleneck&stride=2`), "
    "the command line (`render bottleneck --stride 2`), Python "
    '(`draw(block="bottleneck", stride=2)`) and a marker (`bottleneck stride=2`) take the same '
    "names.",
    "由 `make docs` 从签名生成。网址（`/diagram?block=bottleneck&stride=2`）、命令行"
    "（`render bottleneck --stride 2`）、Python"
    '（`draw(block="bottleneck", stride=2)`）和标记（`bottleneck stride=2`）用的是同样的名字。',
)
HEAD = (Text("name", "名字"), Text("values", "取值"), Text("default", "默认值"),
        Text("meaning", "含义"))  # fmt: skip
PRESET = Text("`{}` with {}; every other knob is free.", "即 `{}`，其中 {}；其余参数可自由设置。")
HELP = Text("What `--help` prints.", "以下是 `--help` 的输出，帮助以英文写成。")
PLACE = {
    "as": Text("form: svg, png, pdf, pair, txt, mmd or md",
               "形式：svg、png、pdf、pair、txt、mmd 或 md"),
    "file": Text("name of the picture's file, from the document's folder",
                 "图的文件名，从文档所在文件夹算起"),
    "alt": Text("what is said to those who do not see the picture", "给看不见图的人的说明"),
    "show": Text("after `source`: `code` puts the code above its picture",
                 "用在 `source` 之后：写 `code` 则代码显示在图的上方"),
    "over": Text("after `sweep`: the knob", "用在 `sweep` 之后：哪个参数"),
    "values": Text("after `sweep`: its values, with commas", "用在 `sweep` 之后：取值，以逗号分隔"),
    "node": Text("after `window`: the call", "用在 `window` 之后：哪次调用"),
    "at": Text("after `window`: row and column of the output that is marked",
               "用在 `window` 之后：所标输出的行和列"),
    "call": Text("after `source`: what to draw of the code", "用在 `source` 之后：画代码中的什么"),
    "known": Text("after `source`: what stands for a name that is not defined, name:layer",
                  "用在 `source` 之后：未定义的名字用什么代替，写成 名字:层"),
}  # fmt: skip


def page(language: Language) -> str:
    """The reference in one language, as Markdown."""
    name = language.name
    title = Text("Reference", "参考")[name]
    return "\n".join([
        f"# {title}", "", INTRO[name], "",
        *_subjects(Text("Blocks", "块")[name], BLOCKS.values(), language),
        *_subjects(Text("Networks", "网络")[name], NETWORKS.values(), language),
        f"## {Text('Input', '输入')[name]}", "", *_table(fields_of(Input, {}), language),
        f"## {Text('View', '视图')[name]}", "", *_table(fields_of(Options, {}), language),
        *_markers(language), *_formats(language), *_commands(language),
    ]).rstrip() + "\n"  # fmt: skip


def _subjects(title: str, subjects: Iterable[Subject], language: Language) -> Iterator[str]:
    yield from (f"## {title}", "")
    for subject in subjects:
        yield from (f"### `{subject.name}`", "")
        if subject.fixed:
            fixed = ", ".join(f"`{knob}={value}`" for knob, value in subject.fixed)
            yield from (PRESET[language.name].format(subject.base, fixed), "")
            continue
        yield from (subject.about(language.name), "", f"`{subject.formula}`", "")
        yield from _table(fields_of(subject.params, {}), language)


def _table(fields: Sequence[Field], language: Language) -> Iterator[str]:
    yield "| " + " | ".join(title[language.name] for title in HEAD) + " |"
    yield "|---|---|---|---|"
    for field in fields:
        cells = (
            f"`{field.name}`",
            _values(field, language),
            _default(field),
            language.say(field.description),
        )
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""


def _values(field: Field, language: Language) -> str:
    if field.choices:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    return field.bounds or language.say(field.placeholder)


def _default(field: Field) -> str:
    return f"`{field.default}`" if field.default else "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "–"


def _markers(language: Language) -> Iterator[str]:
    name = language.name
    yield from (f"## {Text('Words of a marker', '标记的专用词')[name]}", "")
    yield f"| {HEAD[0][name]} | {HEAD[3][name]} |"
    yield "|---|---|"
    for word, told in PLACE.items():
        yield f"| `{word}` | {told[name]} |"
    yield ""


def _formats(language: Language) -> Iterator[str]:
    name = language.name
    title = Text("Formats", "格式")[name]
    heads = (title, Text("media type", "媒体类型")[name], "diagram", "compare", "window", "sweep")
    yield from (f"## {title}", "", "| " + " | ".join(heads) + " |", "|---|---|---|---|---|---|")
    for extension in dict.fromkeys([*FORMATS, *COMPARED, *WALKED, *SWEPT]):
        media = f"`{FORMATS[extension].media}`" if extension in FORMATS else "–"
        marks = ["✓" if extension in of else "–" for of in (FORMATS, COMPARED, WALKED, SWEPT)]
        yield f"| `{extension}` | {media} | " + " | ".join(marks) + " |"
    yield ""


def _commands(language: Language) -> Iterator[str]:
    name = language.name
    yield from (f"## {Text('Commands', '命令')[name]}", "", HELP[name], "")
    for word in sorted(command_line.commands):
        yield from (f"### `{word}`", "", "```text", *_help(word), "```", "")


def _help(word: str) -> list[str]:
    """What ``--help`` prints, on a terminal of 96 columns."""
    told = CliRunner().invoke(command_line, [word, "--help"], terminal_width=96).output
    return [line.rstrip() for line in told.splitlines()]


def manual() -> str:
    """The page for man(1), as the wheel brings it."""
    return CliRunner().invoke(command_line, ["man"]).output


def write() -> None:
    """Write the page of every language, and the manual."""
    for language in LANGUAGES.values():
        file = FOLDER / language.name / "reference.md"
        file.write_text(page(language), encoding="utf-8")
        print(file)
    MANUAL.write_text(manual(), encoding="utf-8")
    print(MANUAL)


if __name__ == "__main__":
    write()
