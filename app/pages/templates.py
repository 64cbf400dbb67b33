"""Templates and static files: where they are, and how a page is made of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from app.http.problems import Problem
from app.http.responses import FOR_EVER, weak_tag
from app.pages.i18n import (
    A_YEAR,
    COOKIE,
    LANGUAGES,
    PARAMETER,
    Language,
    language_of,
)
from app.pages.source import coloured, place
from resnet_core.bilingual import Text
from resnet_core.language.notation import shape_text
from resnet_core.language.terms import amount, ordinal, say
from resnet_core.layout.sheet import COLOURS, ThemeName

# Set by the page's switch.
THEME_COOKIE = "theme"
# Words that begin a sentence and are no name: what is told of a mistake begins small.
OPENINGS = ("a", "an", "it", "no", "the", "there", "this")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)


def folder(name: str) -> Path:
    """The folder of that name: inside the package when installed, beside it in the repository."""
    here = Path(__file__).parents[1]
    return next(value for value in (here / name, here.parent / name) if value.is_dir())


class Pages:
    """Makes pages of templates."""

    def __init__(self) -> None:
        self._templates = {name: _environment(item) for name, item in LANGUAGES.items()}

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        whole: bool = True,
        **context: Any,
    ) -> HTMLResponse:
        """The page as a response, in the reader's language.

        It gets a tag where it is ``whole``: where a later one would be the same.

        ``kept`` in the context is the query that a change of language keeps, where that is not
        the request's own.
        """
        root = request.scope.get("root_path", "")
        language = language_of(request)
        query = context.pop("kept", request.query_params.multi_items())
        # A page that is written to a file is asked for by nobody, and shows nobody's own module.
        own = request.app.state.own if "app" in request.scope else None
        html = self._templates[language.name].get_template(template).render(
            root=root, base=str(request.base_url), language=language,
            languages=_switch(query),
            static=lambda name: f"{root}/static/{stamp()}/{name}",
            theme=theme_of(request), own=own,
            theme_css=f"{root}/theme.css?v={theme_stamp()}", **context,
        )  # fmt: skip
        headers = {
            "Content-Security-Policy": POLICY,
            "Content-Language": language.tag,
            "Cache-Control": "no-cache",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Vary": "Accept-Encoding, Accept-Language, Cookie",
        }
        body = html.encode()
        if whole and status == 200 and own is None:
            headers["ETag"] = weak_tag(body)
        page = HTMLResponse(body, status, headers)
        if request.query_params.get(PARAMETER) == language.name:
            page.set_cookie(COOKIE, language.name, A_YEAR, path=root or "/", samesite="lax")
        return page

    def problem(self, request: Request, problem: Problem) -> HTMLResponse:
        """The page that says what went wrong."""
        return self.page(request, "problem.html", problem.status, problem=problem)


def theme_of(request: Request) -> str:
    """The colours that the reader has chosen; nothing where the page follows the system."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in get_args(ThemeName) else ""


def _environment(language: Language) -> Environment:
    """Templates whose texts and numbers are those of a language."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension adds this method to the environment.
    install: Any = getattr(made, "install_gettext_translations")  # noqa: B009
    install(language.translations, newstyle=True)
    made.filters.update(
        amount=lambda count: amount(count, language.name).strip(),
        begun=_begun,
        lettered=lettered,
        place=place,
        python=coloured,
        ordinal=partial(ordinal, language=language.name),
        reason=lambda problem: Text(problem["reason"], problem["reason_zh"])[language.name],
        said=language.say,
        shape=_shape,
        term=partial(say, language=language.name),
    )
    return made


def lettered(drawing: str) -> Markup:
    """A drawing in letters: Chinese ones take the room of two, as in the font it was made in."""
    wide = r"([\u2e80-\u9fff\uff00-\uff60])"
    return Markup(re.sub(wide, r'<span class="two">\1</span>', str(escape(drawing.strip("\n")))))


def _switch(query: Iterable[tuple[str, str]]) -> list[tuple[Language, str]]:
    """Every language with the query that is the same page in it."""
    kept = [(name, value) for name, value in query if name != PARAMETER]
    return [
        (item, "?" + urlencode([*kept, (PARAMETER, name)], safe=",:"))
        for name, item in LANGUAGES.items()
    ]


def _begun(text: str) -> str:
    """A sentence with a capital at its beginning; a name that it begins with is left alone."""
    return text[:1].upper() + text[1:] if text.partition(" ")[0] in OPENINGS else text


def _shape(sides: Sequence[int]) -> str:
    return shape_text(tuple(sides))


class Unchanging(StaticFiles):
    """Files whose address changes when they do: a browser may keep them for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOR_EVER
        return response


@cache
def stamp() -> str:
    """A digest of the static files, part of their address: a changed one is fetched again.

    All share one, so that a module finds the modules beside it.
    """
    files = sorted(file for file in folder("static").rglob("*") if file.is_file())
    return _digest(b"".join(file.name.encode() + file.read_bytes() for file in files))


@cache
def theme_css() -> str:
    """Rules that give a diagram the colours of the page that it stands in."""
    return "".join(
        f'.resnet-diagram [{paint}="{light}"] {{ {paint}: light-dark({light}, {dark}); }}\n'
        for light, dark in COLOURS.values()
        for paint in ("fill", "stroke")
    )


@cache
def theme_stamp() -> str:
    return _digest(theme_css().encode())


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:12]
