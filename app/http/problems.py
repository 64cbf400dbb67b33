"""Refusals and failures as RFC 9457 problems: one shape, whatever went wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.workers.jobs import Refusal
from app.workers.limits import TooSlow
from app.workers.pool import Busy, WorkerLost
from app.workers.renderer import Renderer
from resnet_core import ParameterError, SourceError
from resnet_core.bilingual import TYPESET, Language, Text, clauses
from resnet_core.errors import RenderError, did_you_mean, there_is_no

log = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
LONGEST: Final = 200


@dataclass(frozen=True)
class Sort:
    """A sort of problem: its status, its title, and what it means."""

    status: int
    title: Text
    meaning: Text


SORTS: Final[dict[str, Sort]] = {
    "invalid-parameter": Sort(422, Text("Invalid parameter", "参数无效"), Text(
        "A value is illegal, or the values clash.",
        "某个值不合法，或者几个值互相冲突。",
    )),
    "unreadable-source": Sort(422, Text("Unreadable source", "源码读不懂"), Text(
        "A pasted source says what is not followed; line and column say where.",
        "贴上的源码里有无法理解的地方；行号和列号说明在哪里。",
    )),
    "unknown-parameter": Sort(422, Text("Unknown parameter", "未知参数"), Text(
        "The subject has no such parameter.",
        "该对象没有这个参数。",
    )),
    "too-large": Sort(422, Text("Too large", "过大"), Text(
        "The request is legal, but nobody could read its answer.",
        "请求合法，但结果大到没人看得清。",
    )),
    "unknown-subject": Sort(404, Text("Unknown subject", "未知对象"), Text(
        "There is no block or model of this name.",
        "没有叫这个名字的块或网络。",
    )),
    "unknown-format": Sort(404, Text("Unknown format", "未知格式"), Text(
        "There is no such extension.",
        "没有这种扩展名。",
    )),
    "not-found": Sort(404, Text("Not found", "找不到"), Text(
        "There is nothing at this address.",
        "这个网址下什么也没有。",
    )),
    "method-not-allowed": Sort(405, Text("Method not allowed", "不支持的请求方法"), Text(
        "The address does not take this method.",
        "该网址不支持这种请求方法。",
    )),
    "not-acceptable": Sort(406, Text("Not acceptable", "没有可接受的格式"), Text(
        "No format on offer is one that Accept allows.",
        "没有一种可用格式符合 Accept 的要求。",
    )),
    "not-an-object": Sort(400, Text("Not a JSON object", "不是 JSON 对象"), Text(
        "The body is no JSON object of plain values.",
        "请求体不是由简单值组成的 JSON 对象。",
    )),
    "body-too-long": Sort(413, Text("Body too long", "请求体过长"), Text(
        "The body is longer than the server takes.",
        "请求体超出了服务器接受的长度。",
    )),
    "query-too-long": Sort(414, Text("Query too long", "查询过长"), Text(
        "The query is longer than the server takes.",
        "查询超出了服务器接受的长度。",
    )),
    "not-json": Sort(415, Text("Not JSON", "不是 JSON"), Text(
        "A POST takes application/json.",
        "POST 只接受 application/json。",
    )),
    "too-many-requests": Sort(429, Text("Too many requests", "请求过多"), Text(
        "One client asks more often than the server allows; Retry-After says when to go on.",
        "同一客户端的请求超出了服务器允许的频率；Retry-After 说明多久之后可以继续。",
    )),
    "internal": Sort(500, Text("Internal error", "内部错误"), Text(
        "The server made a mistake; its log knows the id.",
        "服务器出错了；凭编号可在日志中查到。",
    )),
    "busy": Sort(503, Text("Busy", "繁忙"), Text(
        "Too many drawings are waiting; try again in a moment.",
        "等待绘制的图太多；请稍后再试。",
    )),
    "worker-lost": Sort(503, Text("Worker lost", "绘图进程中断"), Text(
        "The process that drew it ended; try again.",
        "绘制它的进程已经结束；请再试一次。",
    )),
    "no-picture": Sort(503, Text("No picture", "画不出图"), Text(
        "Graphviz, which draws the pictures, is missing or fails; texts, tables and numbers still "
        "come.",
        "负责画图的 Graphviz 缺失或出错；文字、表格和数值照常可用。",
    )),
    "timeout": Sort(504, Text("Timeout", "超时"), Text(
        "Drawing took too long.",
        "绘制时间过长。",
    )),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One problem: its sort, what happened here, and how to fix it.

    ``fix`` is the address of the nearest diagram that works. ``more`` are members of the body
    that only this sort has, ``headers`` go with the answer.
    """

    sort: str
    detail: Text
    parameter: str | None = None
    value: str | None = None
    allowed: list[str] | Text | None = None
    suggestion: str | None = None
    fix: str | None = None
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return SORTS[self.sort].status

    @property
    def title(self) -> Text:
        return SORTS[self.sort].title

    def with_fix(self, fix: str | None) -> Problem:
        return replace(self, fix=fix)

    def body(self, language: Language = "en") -> dict[str, Any]:
        """The members of the JSON object, those that say nothing left out.

        What is a phrase is told in the language; names and values are the same in all.
        """
        allowed = told(self.allowed, language) if isinstance(self.allowed, Text) else self.allowed
        members = {
            "type": f"/reference#{self.sort}",
            "title": self.title[language],
            "status": self.status,
            "detail": told(self.detail, language),
            "parameter": self.parameter,
            "value": self.value,
            "allowed": allowed or None,
            "suggestion": self.suggestion,
            "fix": self.fix,
            **self.more,
        }
        return {name: item for name, item in members.items() if item is not None}


def told(text: Text, language: Language) -> str:
    """The text as the language sets it, once all values are in it."""
    return TYPESET[language](text[language])


class ProblemError(Exception):
    """Raised where a problem is found; the application answers with it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail["en"])
        self.problem = problem


def refusal(error: ParameterError, fix: str | None = None) -> Problem:
    """The problem that a parameter's error is."""
    sort = error.title.lower().replace(" ", "-")
    return Problem(
        sort if sort in SORTS else "invalid-parameter",
        error.text.mapped(clean),
        clean(error.parameter),
        clean(error.value),
        error.legal,
        None if error.suggestion is None else clean(_spelled(error.suggestion)),
        fix,
        more={"line": error.line, "column": error.column}
        if isinstance(error, SourceError) and error.line
        else {},
    )


def unknown_format(extension: str, known: Sequence[str], near: str, fix: str | None) -> Problem:
    """There is no format of this name; ``near`` was probably meant."""
    extension = clean(extension)
    detail = clauses(there_is_no(Text("format", "格式"), extension), did_you_mean(near))
    return Problem("unknown-format", detail, "extension", extension, list(known), near, fix)


def clean(value: Any) -> str:
    """A text from outside, fit to be shown: short, one line, valid in XML and UTF-8."""
    text = str(value).encode("utf-8", "replace").decode()
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


FAILURES: Final = (ParameterError, Refusal, Busy, WorkerLost, RenderError, TimeoutError)


async def problem_of(
    error: Exception, renderer: Renderer, pairs: Sequence[tuple[str, str]] | None
) -> Problem:
    """The problem of one of ``FAILURES``; with ``pairs`` of a diagram, also what would fix it."""
    match error:
        case Refusal():
            return refusal(error.error, error.fix)
        case ParameterError():
            return refusal(error, None if pairs is None else await renderer.fix(pairs, error))
        case Busy():
            detail = Text(
                "too many drawings are waiting; try again in a moment",
                "等待绘制的图太多；请稍后再试",
            )
            return Problem("busy", detail, headers={"Retry-After": str(error.after)})
        case WorkerLost():
            detail = Text(
                "the process that drew it ended; try again in a moment",
                "绘制它的进程已经结束；请稍后再试",
            )
            return Problem("worker-lost", detail, headers={"Retry-After": "2"})
        case RenderError():
            log.error("no picture: %s", error)
            detail = Text(
                "Graphviz, which draws the pictures, does not work on this server; its log says "
                "why. Mermaid, txt, md, csv and json come without it",
                "这台服务器上负责画图的 Graphviz 不能用，原因见服务器日志。"
                "Mermaid、txt、md、csv 和 json 不需要它，照常可用",
            )
            return Problem("no-picture", detail, headers={"Retry-After": "30"})
        case TimeoutError(args=(TooSlow() as slow,)):
            detail = Text(
                "the stage {0} took more than {1:g} s of the processor; try a smaller structure",
                "{0} 阶段占用处理器超过了 {1:g} 秒；请换一个小一些的结构",
            )
            return Problem("timeout", detail.format(slow.stage, slow.seconds))
        case TimeoutError():
            detail = Text(
                "it was not drawn within {:g} s; try a smaller structure",
                "{:g} 秒内没能画完；请换一个小一些的结构",
            )
            return Problem("timeout", detail.format(renderer.limit))
    raise error
