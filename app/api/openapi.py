"""The OpenAPI description: FastAPI's, with every knob of every subject added to ``/diagram``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from app.http.problems import MEDIA_TYPE, SORTS
from app.http.requests import READ, media_of, offered, offered_of
from app.http.responses import unchanging
from resnet_core.compare import FORMATS as COMPARED
from resnet_core.compare import VIEWS
from resnet_core.diagram.form import Input, Options, properties
from resnet_core.explain.explanation import FORMATS as EXPLAINED
from resnet_core.registry import BLOCKS, NETWORKS, Subject
from resnet_core.sweep import FORMATS as SWEPT
from resnet_core.window import FORMATS as WINDOWED

ABOUT = (
    "Which knobs there are depends on the subject: `block=` names one block, `model=` a network. "
    "Nothing is ignored: an unknown name, a name given twice or an illegal value is refused. "
    "Equal diagrams have equal bytes and equal ETags."
)
# Beside images.
CARDS = ("application/pdf", "text/html")
STATUSES = (404, 406, 422, 429, 500, 503, 504)


router = APIRouter(include_in_schema=False)


@router.api_route("/openapi.json", methods=READ)
async def description(request: Request) -> Response:
    """The description of this server."""
    return unchanging(request.app.openapi())


def describe(app: FastAPI) -> dict[str, Any]:
    """The description as the registries stand now."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    knobs = list(parameters())
    drawn = [*knobs, *_pasted()]
    told = [knob for knob in drawn if knob["name"] not in ("on_error", "v")]
    for path, operation, names, formats in (
        ("/diagram", _drawn, drawn, list(offered().values())),
        ("/explain", _explained, told, EXPLAINED),
    ):
        read = operation(names)
        schema["paths"][path] = {"get": read, "post": _posted(read)}
        read = operation([_extension(formats), *names])
        schema["paths"][f"{path}.{{extension}}"] = {"get": read, "post": _posted(read)}
    for path, more in (("/compare", []), ("/compare.{extension}", [_extension(COMPARED)])):
        read = _compared(more)
        schema["paths"][path] = {"get": read, "post": _posted(read)}
    for path, operation, formats in (
        ("/window", _windowed, WINDOWED), ("/sweep", _swept, SWEPT)
    ):  # fmt: skip
        schema["paths"][path] = {"get": operation(knobs)}
        extension = f"{path}.{{extension}}"
        schema["paths"][extension] = {"get": operation([_extension(formats), *knobs])}
    for path in ("/blocks/{name}", "/models/{name}"):
        answers = schema["paths"][path]["get"]["responses"]
        del answers["422"]  # FastAPI expects one wherever there is a parameter
        answers["404"] = _failed(404, ("text/html",))
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _problem()
    return schema


def parameters() -> Iterator[dict[str, Any]]:
    """Every name that a query may contain."""
    yield _query("block", {"type": "string"}, f"a block: {', '.join(BLOCKS)}; "
                 "or, together with model=, the block that the network is made of")  # fmt: skip
    yield _query("model", {"type": "string", "enum": list(NETWORKS)}, "a network")
    taken = _taken()
    everyone = len(BLOCKS) + len(NETWORKS)
    for name, found in taken.items():
        subjects = [subject.name for subject, _ in found]
        who = "every subject" if len(subjects) == everyone else ", ".join(subjects)
        schemas = [schema for _, schema in found]
        if name != "block":
            yield _query(name, _common(schemas), f"{schemas[0]['description']} (taken by {who})")
    for form in (Input, Options):
        for name, schema in properties(form).items():
            yield _query(name, schema, f"{schema['description']} (taken by every subject)")
    on_error = {"type": "string", "enum": ["image"]}
    yield _query("on_error", on_error, "answer errors as pictures with status 200")
    build = {"type": "string", "pattern": "^[0-9a-f]{12}$"}
    yield _query("v", build, "the build whose answer is meant: then it may be kept for ever")


def _pasted() -> Iterator[dict[str, Any]]:
    """The names that ask for a drawing of a source, beside the view and the input."""
    text = {"type": "string"}
    yield _query("source", text, "a source that is read and never run: the text itself, or "
                 "deflated (zlib) and in base64url")  # fmt: skip
    yield _query("call", text, "the call that makes the module of the source, `Net(64)`; if not "
                 "given, of the last class with its defaults")  # fmt: skip
    yield _query("dtype", text, "what the inputs of a source hold, `long` for an embedding; with "
                 "commas for each")  # fmt: skip


def _taken() -> dict[str, list[tuple[Subject, dict[str, Any]]]]:
    """Knob → the subjects that take it, each with its schema."""
    taken: dict[str, list[tuple[Subject, dict[str, Any]]]] = {}
    for subject in (*BLOCKS.values(), *NETWORKS.values()):
        for name, schema in properties(subject.params).items():
            taken.setdefault(name, []).append((subject, schema))
    return taken


def _common(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """What the schemas agree on, or all of them side by side; a default only where it is shared."""
    told = [{k: v for k, v in schema.items() if k not in ("default", "description", "title")}
            for schema in schemas]  # fmt: skip
    alternatives = [note for index, note in enumerate(told) if note not in told[:index]]
    common = alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}
    defaults = [schema["default"] for schema in schemas]
    if all(default == defaults[0] for default in defaults):
        return {**common, "default": defaults[0]}
    return common


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    bare = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return {"name": name, "in": "query", "required": False, "description": description,
            "schema": bare}  # fmt: skip


def _compared(more: list[dict[str, Any]]) -> dict[str, Any]:
    """Two queries compared."""
    text = {"type": "string"}
    sides = [
        {**_query(name, text, f"{what}: a query as /diagram takes it, percent-encoded"),
         "required": True, "example": example}
        for name, what, example in (("a", "before", "model=resnet50"),
                                    ("b", "after", "model=resnet50d"))
    ]  # fmt: skip
    view = {**text, "enum": list(VIEWS), "default": "one"}
    options = properties(Options).items()
    return {
        "summary": "What differs between two structures",
        "description": "The options of the view that are not given are those inside a, or b. A "
        "side may be a pasted source; in a body it is a text or an object: "
        '{"a": {"source": "…", "call": "Net(64)"}, "b": {"block": "bottleneck"}}.',
        "tags": ["comparisons"],
        "parameters": [
            *more,
            *sides,
            _query("view", view, "one picture, or two next to each other"),
            *(_query(name, schema, schema["description"]) for name, schema in options),
        ],
        "responses": _responses(304, formats=offered_of(COMPARED).values(), page=True),
    }


def _explained(knobs: list[dict[str, Any]]) -> dict[str, Any]:
    """A structure told in words."""
    return {
        "summary": "What a structure computes, why it is built so, where its numbers come from",
        "description": "It takes what /diagram takes; of the view only `lang` changes the words.",
        "tags": ["explanations"],
        "parameters": knobs,
        "responses": _responses(304, formats=offered_of(EXPLAINED).values()),
    }


def _windowed(knobs: list[dict[str, Any]]) -> dict[str, Any]:
    """The window of one call."""
    text = {"type": "string"}
    node = _query("node", text, "the call: a convolution or a pooling over height and width, "
                  "by its id in /diagram.json")  # fmt: skip
    at = _query("at", {**text, "pattern": "^[0-9]+,[0-9]+$", "default": "0,0"},
                "row and column of the output whose window is marked")  # fmt: skip
    return {
        "summary": "Which positions each output of a convolution or a pooling reads",
        "description": "It takes what /diagram takes; of the view only what is not about boxes.",
        "tags": ["windows"],
        "parameters": [{**node, "required": True, "example": "conv2"}, at, *knobs],
        "responses": _responses(304, formats=offered_of(WINDOWED).values()),
    }


def _swept(knobs: list[dict[str, Any]]) -> dict[str, Any]:
    """One structure at several values of a knob."""
    text = {"type": "string"}
    over = _query("over", text, "the knob: one of the structure, or input, or batch")
    values = _query("values", text, "the values to show, at most 12, with commas between "
                    "(semicolons where a value has commas); if not given, all or some near "
                    "the present one")  # fmt: skip
    return {
        "summary": "A structure at several values of one knob, with what each costs",
        "description": "It takes what /diagram takes; of the view only what is not about boxes.",
        "tags": ["sweeps"],
        "parameters": [{**over, "required": True, "example": "stride"}, values, *knobs],
        "responses": _responses(304, formats=offered_of(SWEPT).values()),
    }


def _extension(formats: Collection[str] = ()) -> dict[str, Any]:
    formats = list(formats or offered().values())
    return {"name": "extension", "in": "path", "required": True, "description": "the format",
            "schema": {"type": "string", "enum": formats}}  # fmt: skip


def _drawn(knobs: list[dict[str, Any]]) -> dict[str, Any]:
    """A structure drawn."""
    return {"summary": "The diagram, in the format of the extension or that Accept prefers",
            "description": ABOUT, "tags": ["diagrams"], "parameters": knobs,
            "responses": _responses(304)}  # fmt: skip


def _posted(read: dict[str, Any]) -> dict[str, Any]:
    """The same asked for by a JSON object instead of a query."""
    names = [knob for knob in read["parameters"] if knob["in"] == "query"]
    members = {knob["name"]: {**knob["schema"], "description": knob["description"]}
               for knob in names}  # fmt: skip
    schema = {"type": "object", "properties": members, "additionalProperties": False}
    answers = {status: told for status, told in read["responses"].items() if status != "304"}
    content = read["responses"]["422"]["content"]
    return {
        **read,
        "parameters": [knob for knob in read["parameters"] if knob["in"] == "path"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": answers
        | {str(status): _failed(status, content) for status in (400, 413, 415)},
    }


def _responses(*more: int, formats: Collection[str] = (), page: bool = False) -> dict[str, Any]:
    """What may be answered; ``page`` where a browser gets one."""
    formats = formats or offered().values()
    drawn = {
        media_of(one_format): {"schema": {} if one_format == "json" else {"type": "string"}}
        for one_format in formats
    }
    if page:
        drawn["text/html"] = {"schema": {"type": "string"}}
    # A mistake is told in the kind of picture that was asked for, so that it is seen in its place.
    shapes = [media for media in drawn if media.startswith("image/") or media in CARDS]
    found: dict[str, Any] = {"200": {"description": "As it was asked for", "content": drawn}}
    for status in sorted({*STATUSES, *more}):
        found[str(status)] = _failed(status, shapes)
    return found


def _failed(status: int, shapes: Iterable[str]) -> dict[str, Any]:
    """A status that is no success; the shapes that its problem may have beside JSON."""
    titles = [sort.title["en"] for sort in SORTS.values() if sort.status == status]
    if not titles:
        return {"description": "Not modified"}
    content: dict[str, Any] = {media: {"schema": {"type": "string"}} for media in shapes}
    content[MEDIA_TYPE] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": "; ".join(titles), "content": content}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    names = ("type", "title", "detail", "parameter", "value", "suggestion", "fix")
    return {
        "type": "object",
        "description": "RFC 9457; `fix` is the address of the nearest diagram that works",
        "properties": {
            **dict.fromkeys(names, text),
            "status": {"type": "integer"},
            "allowed": {"anyOf": [text, {"type": "array", "items": text}]},
            "id": {**text, "description": "of a mistake of the server, as its log has it"},
            "line": {"type": "integer"},
            "column": {"type": "integer"},
        },
        "required": ["type", "title", "status", "detail"],
    }
