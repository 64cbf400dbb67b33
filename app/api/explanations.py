"""``/explain``: a query → the structure told in words."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.http.problems import ProblemError, refusal, unknown_format
from app.http.requests import accepted_of, content_type, pairs_of
from app.http.responses import headers_of, known_already
from app.workers.jobs import Refusal
from app.workers.renderer import Renderer
from resnet_core import Diagram, ParameterError
from resnet_core.bilingual import TAGS
from resnet_core.diagram.diagram import address
from resnet_core.diagram.options import Options
from resnet_core.errors import nearest
from resnet_core.explain.explanation import FORMATS

Pairs = tuple[tuple[str, str], ...]
router = APIRouter(include_in_schema=False)


@router.api_route("/explain", methods=["GET", "HEAD"])
@router.api_route("/explain.{extension}", methods=["GET", "HEAD"])
async def explain(request: Request, extension: str | None = None) -> Response:
    """Explain what the query names. It takes the names that ``/diagram`` takes."""
    request.state.extension = extension or "json"
    pairs = tuple(pairs_of(request))
    renderer = request.app.state.renderer
    format = await _format(request, pairs, extension)
    try:
        diagram = Diagram.of(pairs)
        query = told(diagram)
        url = address(query).replace("/diagram", "/explain", 1)
        headers = headers_of(request, url, diagram.subject.name, format, extension is None)
        headers["Content-Language"] = TAGS[diagram.options.lang]
        if known_already(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        body = await renderer.explain(query, format)
    except ParameterError as error:
        raise ProblemError(refusal(error, await _fix(renderer, pairs, error))) from None
    except Refusal as error:
        raise ProblemError(refusal(error.error, _explaining(error.fix))) from None
    return Response(body, headers=headers, media_type=content_type(format))


def told(diagram: Diagram) -> Pairs:
    """What the words depend on: the structure, the input and the language, not the view."""
    view = set(Options.model_fields) - {"lang"}
    return tuple((name, value) for name, value in diagram.query if name not in view)


async def _format(request: Request, pairs: Pairs, extension: str | None) -> str:
    """The format asked for. Raises NotAcceptable, ProblemError for an unknown extension."""
    if extension is None:
        return accepted_of(request.headers.get("accept"), FORMATS)
    if extension in FORMATS:
        return extension
    near = nearest(extension, FORMATS) or "txt"
    request.state.extension = near
    wrong = ParameterError("format", extension, "it is not a format", mend={})
    fix = await _fix(request.app.state.renderer, pairs, wrong)
    raise ProblemError(unknown_format(extension, FORMATS, near, fix))


async def _fix(renderer: Renderer, pairs: Pairs, error: ParameterError) -> str | None:
    return _explaining(await renderer.fix(pairs, error))


def _explaining(fix: str | None) -> str | None:
    """The address that explains what ``fix`` would draw."""
    return fix.replace("/diagram", "/explain", 1) if fix else None
