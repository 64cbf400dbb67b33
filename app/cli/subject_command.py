"""The command whose first word is a subject: click reads its knobs from the form of the REST API.

What a knob is called, takes and means stands in the subject's form alone. click asks for it at two
hooks: ``format_help`` writes the knobs after ``render bottleneck --help``, and ``shell_complete``
offers them, and their values, to the shell.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from shlex import join
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from app.cli.errors import refusal_of
from app.cli.own import OwnRequest, is_own

if TYPE_CHECKING:
    from pydantic import BaseModel

    from resnet_core.diagram.words import Request
    from resnet_core.errors import ResnetDiagramError
    from resnet_core.registry import Subject

# Which options there are depends on the subject, so click lets the words through as they are.
PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True}
_WORDS = f"{__name__}.words"


class SubjectCommand(click.Command):
    """A command that takes a subject and its knobs: ``render bottleneck --stride 2``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Help and completion come before the arguments are parsed, and ask for the subject.
        ctx.meta[_WORDS] = tuple(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help of the command, or with a subject: its formula and its knobs."""
        if all(word in ctx.help_option_names for word in ctx.meta[_WORDS]):
            super().format_help(ctx, formatter)
            return
        request = _request(ctx, without=ctx.help_option_names)
        with refused(ctx, request):
            subject = request.subject
            formatter.width = 100
            formatter.write_usage(ctx.command_path, f"{subject.name} [--KNOB VALUE]…")
            formatter.write_paragraph()
            write_subject(subject, formatter)
        with formatter.section("Command"):
            records = [param.get_help_record(ctx) for param in self.get_params(ctx)]
            formatter.write_dl([record for record in records if record])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The knobs of the subject, beside the command's own options."""
        return [*_knobs(_request(ctx), incomplete), *super().shell_complete(ctx, incomplete)]


def words_offered(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The subjects first; then the values of the knob that was named last, or the knobs."""
    from resnet_core.registry import BLOCKS, NETWORKS

    request = _request(ctx)
    if not request.words:
        known = {**BLOCKS, **NETWORKS}
        return _starting(incomplete, {name: known[name].title for name in known})
    named = request.words[-1]
    if not named.startswith("--"):
        return _knobs(request, incomplete)
    schema = _schemas(request).get(named.removeprefix("--").replace("-", "_"), {})
    return _starting(incomplete, dict.fromkeys(map(str, _choices(schema)), ""))


def on_subject(run: Callable[..., None]) -> click.Command:
    """The command that reads a subject with its knobs and runs ``run(request, **own_options)``."""

    @click.command(cls=SubjectCommand, context_settings=PASS_ON)
    @click.argument(
        "words",
        nargs=-1,
        type=click.UNPROCESSED,
        metavar="SUBJECT [--KNOB VALUE]…",
        shell_complete=words_offered,
    )
    @click.option(
        "--kind",
        type=click.Choice(["block", "model"]),
        help="Which is meant where a block and a model share a name; if not said, the block.",
    )
    @click.help_option(help="This text; after a subject, its knobs.")
    @functools.wraps(run)
    @click.pass_context
    def command(
        ctx: click.Context, /, words: tuple[str, ...], kind: str | None, **own: Any
    ) -> None:
        from resnet_core.diagram.words import Request

        own_module = bool(words) and is_own(words[0])
        request = OwnRequest(words) if own_module else Request(words, kind)
        with refused(ctx, request):
            run(request, **own)

    return command


class refused:  # noqa: N801  a context manager, read as a word
    """Where an error of the library becomes a refusal that tells the command line that works."""

    def __init__(self, ctx: click.Context, request: Request | OwnRequest) -> None:
        self._ctx, self._request = ctx, request

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from resnet_core.errors import ResnetDiagramError

        if isinstance(error, ResnetDiagramError):
            raise refusal_of(error, _instead(self._ctx, self._request, error)) from None


def write_subject(subject: Subject, page: click.HelpFormatter) -> None:
    """Title, formula, paper and every knob of a subject."""
    from resnet_core.diagram.form import plain
    from resnet_core.errors import option

    page.write_text(f"{subject.title}: {subject.formula}")
    if subject.fixed:
        fixed = " ".join(f"{option(name)} {plain(value)}" for name, value in subject.fixed)
        page.write_text(f"It is {subject.base} {fixed}.")
    if subject.paper:
        page.write_text(subject.paper)
    for title, form in _forms(subject).items():
        with page.section(title):
            page.write_dl(list(_rows(form, subject)))


def _forms(subject: Subject) -> dict[str, type[BaseModel]]:
    from resnet_core.diagram.form import Input, Options

    return {"Structure": subject.params, "Input": Input, "View": Options}


def _rows(form: type[BaseModel], subject: Subject) -> Iterator[tuple[str, str]]:
    """One row per knob: its name with what it takes, its description with its default."""
    from resnet_core.diagram.form import plain, properties

    known = {"input": subject.input_size, "detail": "op" if subject.kind == "block" else "block"}
    for name, schema in properties(form).items():
        default = known.get(name, schema["default"])
        shown = f"  [default: {plain(default)}]" if default != "" else ""
        yield _takes(name, schema), schema["description"] + shown


def _takes(name: str, schema: Mapping[str, Any]) -> str:
    spellings = _spellings(name, schema)
    if len(spellings) > 1:
        return " / ".join(spellings)
    if choices := _choices(schema):
        return f"{spellings[0]} [{'|'.join(str(choice) for choice in choices)}]"
    if "minimum" in schema:
        return f"{spellings[0]} {schema['minimum']}..{schema['maximum']}"
    return f"{spellings[0]} TEXT"


def _spellings(name: str, schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The option of a knob; of a switch also its opposite."""
    from resnet_core.diagram.words import SWITCH
    from resnet_core.errors import option

    switch = _choices(schema) == SWITCH
    return (option(name), option(f"no_{name}")) if switch else (option(name),)


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    from resnet_core.diagram.form import choices_of

    return choices_of(schema)


def _knobs(request: Request, incomplete: str) -> list[CompletionItem]:
    offered = {
        spelling: schema["description"]
        for name, schema in _schemas(request).items()
        for spelling in _spellings(name, schema)
    }
    return _starting(incomplete, offered)


def _schemas(request: Request) -> Mapping[str, Mapping[str, Any]]:
    """The knobs of the subject as JSON Schema; none where the words name no subject."""
    from resnet_core.diagram.form import properties
    from resnet_core.errors import UnknownSubject

    try:
        forms = _forms(request.subject).values()
    except UnknownSubject:
        return {}
    return {name: schema for form in forms for name, schema in properties(form).items()}


def _starting(incomplete: str, offered: Mapping[str, str]) -> list[CompletionItem]:
    return [
        CompletionItem(word, help=about or None)
        for word, about in offered.items()
        if word.startswith(incomplete)
    ]


def _request(ctx: click.Context, without: Iterable[str] = ()) -> Request:
    """The words after the command, as far as they are typed."""
    from resnet_core.diagram.words import Request

    words = [*ctx.meta.get(_WORDS, ())]
    kind = None
    if "--kind" in words[:-1]:
        at = words.index("--kind")
        kind = words[at + 1]
        del words[at : at + 2]
    return Request(tuple(word for word in words if word not in without), kind)


def _instead(ctx: click.Context, request: Request | OwnRequest, error: ResnetDiagramError) -> str:
    """The command line that works, as it is to be typed; empty where there is none."""
    words = request.fixed(error)
    if words is None:
        return ""
    given = [
        param
        for param in ctx.command.params
        if isinstance(param, click.Option)
        and ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
    ]
    kept = [
        text
        for param in given
        for text in (param.opts[0], *([] if param.is_flag else [str(ctx.params[param.name or ""])]))
    ]
    return join([*ctx.command_path.split(), *words, *kept])
