"""Errors → what the command line says about them, and the exit status."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any

import click

from resnet_core.bilingual import LANGUAGES, Language, Text
from resnet_core.errors import option

if TYPE_CHECKING:
    from resnet_core.errors import ResnetDiagramError

WRONG_CALL = 2
MACHINE_LACKS = 3
_LANGUAGE = f"{__name__}.language"
_ERROR = Text("Error: ", "错误：")
_ALLOWED = Text("allowed: ", "可用：")
_TRY = Text("try:     ", "可以试：")
# What moves a terminal's cursor, rings, or turns its line round: a stranger's file may hold any.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)
# What the extra `server` brings, as it is imported; a test holds it to pyproject.toml.
SERVER = (
    "babel", "brotli", "diskcache", "fastapi", "httptools", "jinja2", "limits", "mimeparse",
    "prometheus_client", "pydantic_settings", "pygments", "redis", "starlette", "uvicorn",
    "uvloop",
)  # fmt: skip


def vivid(text: str, colour: str) -> str:
    """A text in a colour; click keeps the colour for a terminal, and NO_COLOR takes it away."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=colour, bold=True)


def safe(text: str) -> str:
    """The text as a terminal may have it: what is no letter there is spelled out."""
    return _UNSAFE.sub(lambda found: ascii(found[0])[1:-1], text)


def hear(ctx: click.Context, words: Sequence[str]) -> None:
    """Note the language that a call asks for with ``--lang``, wherever it stands in it."""
    said = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    said += [value for name, value in pairwise(words) if name == "--lang"]
    ctx.meta[_LANGUAGE] = next((name for name in LANGUAGES if name in said[-1:]), LANGUAGES[0])


def _heard() -> Language:
    """The language of the call that is under way; the first of all where there is none."""
    context = click.get_current_context(silent=True)
    found: Language = context.meta.get(_LANGUAGE, LANGUAGES[0]) if context else LANGUAGES[0]
    return found


class Refusal(click.ClickException):
    """A mistake in the call: what was wrong, what is allowed, and a command line that works.

    A Text is told in the language of the call.
    """

    def __init__(
        self,
        message: Text | str,
        *,
        allowed: Text | str = "",
        instead: str = "",
        status: int = WRONG_CALL,
    ) -> None:
        self.status, self.language = status, (language := _heard())
        lines = [message if isinstance(message, str) else message[language]]
        if allowed:
            said = allowed if isinstance(allowed, str) else allowed[language]
            lines += _hanging(f"  {_ALLOWED[language]}", said)
        if instead:
            lines.append(f"  {_TRY[language]}{instead}")
        super().__init__(safe("\n".join(lines)))

    def show(self, file: IO[Any] | None = None) -> None:
        """Tell it as click does; on a terminal its first word is red."""
        told = vivid(_ERROR[self.language], "red") + self.format_message()
        click.echo(told, file=file, err=file is None)

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click has a constant per class
        return self.status


def refusal_of(error: ResnetDiagramError, instead: str = "") -> Refusal:
    """What the command line says about an error of the library, in the language of the call.

    ``instead`` is the command line that works.
    """
    # Not at the top of the file: torch comes with it, and `--help` answers at once.
    from resnet_core.errors import (
        ParameterError,
        RenderError,
        SourceError,
        UnknownParameter,
        UnknownSubject,
    )

    language = _heard()
    if isinstance(error, RenderError):
        return Refusal(error.text[language], status=MACHINE_LACKS)
    if not isinstance(error, ParameterError):
        return Refusal(error.text[language])
    legal = error.legal
    allowed: str | Sequence[str] = legal if isinstance(legal, list) else legal[language]
    given = f"{option(error.parameter)} {error.value}".rstrip() + ": "
    if isinstance(error, UnknownParameter):
        given, allowed = "", [option(choice) for choice in allowed]
    elif isinstance(error, SourceError):
        given = f"{error.words!r}: " if error.words else ""
    elif isinstance(error, UnknownSubject) or not error.parameter:
        given = ""
    return Refusal(
        given + error.text[language],
        allowed=allowed if isinstance(allowed, str) else ", ".join(allowed),
        instead=instead,
    )


def missing_extra(error: ModuleNotFoundError) -> Refusal | None:
    """What is said where a library of the server is not installed; None for any other module."""
    name = (error.name or "").partition(".")[0]
    if name not in SERVER:
        return None
    return Refusal(
        Text(
            "{} is not installed: it comes with what serves the pages",
            "没有安装 {}：它属于提供网页的那部分",
        ).format(name),
        instead='pip install "resnet-diagram[server]"',
        status=MACHINE_LACKS,
    )


def _hanging(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        width=100,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_on_hyphens=False,
    )
