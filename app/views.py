"""Templates and static files: where they are, and how a page is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.i18n import A_YEAR, COOKIE, LANGUAGES, PARAMETER, Language, language_of
from app.problems import Problem
from resnet_core.draw.label import shape_text
from resnet_core.draw.theme import COLOURS
from resnet_core.draw.words import amount, ordinal

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
    here = Path(__file__).parent
    return next(each for each in (here / name, here.parent / name) if each.is_dir())


class Pages:
    """Makes pages of templates."""

    def __init__(self) -> None:
        self._templates = {name: _environment(each) for name, each in LANGUAGES.items()}

    def page(
        self, request: Request, template: str, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The page as a response, in the reader's language.

        ``kept`` in the context is the query that a change of language keeps, where that is not
        the request's own.
        """
        root = request.scope.get("root_path", "")
        language = language_of(request)
        query = context.pop("kept", request.query_params.multi_items())
        html = self._templates[language.name].get_template(template).render(
            root=root, base=str(request.base_url), language=language,
            languages=_switch(query),
            static=lambda name: f"{root}/static/{name}?v={stamp(name)}",
            theme_css=f"{root}/theme.css?v={theme_stamp()}", **context,
        )  # fmt: skip
        headers = {
            "Content-Security-Policy": POLICY,
            "Content-Language": language.tag,
            "Cache-Control": "no-cache",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Vary": "Accept-Language, Cookie",
        }
        page = HTMLResponse(html, status, headers)
        if request.query_params.get(PARAMETER) == language.name:
            page.set_cookie(COOKIE, language.name, A_YEAR, path=root or "/", samesite="lax")
        return page

    def problem(self, request: Request, problem: Problem) -> HTMLResponse:
        """The page that says what went wrong."""
        return self.page(request, "problem.html", problem.status, problem=problem)


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
        ordinal=partial(ordinal, language=language.name),
        said=language.say,
        shape=_shape,
    )
    return made


def _switch(query: Iterable[tuple[str, str]]) -> list[tuple[Language, str]]:
    """Every language with the query that is the same page in it."""
    kept = [(name, value) for name, value in query if name != PARAMETER]
    return [
        (each, "?" + urlencode([*kept, (PARAMETER, name)], safe=",:"))
        for name, each in LANGUAGES.items()
    ]


def _shape(sides: Sequence[int]) -> str:
    return shape_text(tuple(sides))


@cache
def stamp(name: str) -> str:
    """A digest of a static file: a changed file has another address and is fetched again."""
    return hashlib.sha256((folder("static") / name).read_bytes()).hexdigest()[:12]


@cache
def theme_css() -> str:
    """Rules that give a diagram on a dark page its dark colours."""
    rules = "\n".join(
        f'  .resnet-diagram [{paint}="{light}"] {{ {paint}: {dark}; }}'
        for light, dark in COLOURS.values()
        for paint in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme: dark) {{\n{rules}\n}}\n"


@cache
def theme_stamp() -> str:
    return hashlib.sha256(theme_css().encode()).hexdigest()[:12]
