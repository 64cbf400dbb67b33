"""ASGI middleware: so many requests for each client in a while, then 429 and when to ask again.

An answer that was given before costs nothing and is not counted, nor are static files and what
probes ask. Pages and files have an account each, so that a page full of pictures can be reloaded.
"""

from __future__ import annotations

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.problems import Problem, ProblemError
from app.http.requests import ResourceRequest
from app.http.sites import TrustedHosts
from resnet_core import FORMATS
from resnet_core.bilingual import Text

FREE = (*TrustedHosts.PROBES, "/robots.txt", "/favicon.ico")
FILES = ("/diagram", "/explain", "/compare", "/window", "/sweep")
# Whoever has an address of IPv6 has at least so many bits of it, and 2⁶⁴ addresses.
NETWORK = 64


class Rate:
    """Lets each client ask ``rate`` times, such as ``600/minute``, of this process."""

    def __init__(self, app: ASGIApp, rate: str) -> None:
        # Not at the top of the file: most servers stand behind a proxy that does this.
        from limits import parse
        from limits.aio.storage import MemoryStorage
        from limits.aio.strategies import SlidingWindowCounterRateLimiter

        self._app = app
        self._most = parse(rate)
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises ProblemError where its client has asked too often."""
        if scope["type"] == "http" and (client := _client(scope)):
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if path not in FREE and not path.startswith("/static/"):
                await self._count(scope, path, client)
        await self._app(scope, receive, send)

    async def _count(self, scope: Scope, path: str, client: str) -> None:
        bare = path.partition(".")[0]
        account = "files" if bare in FILES else "pages"
        if await self._counted.hit(self._most, account, client):
            return
        when = (await self._counted.get_window_stats(self._most, account, client)).reset_time
        if path == f"{bare}.svg" and account == "files":
            # What embeds it shows why there is no picture. Other formats would cost a drawing.
            pairs = parse_qsl(scope["query_string"].decode("latin-1"))
            Request(scope).state.asked = ResourceRequest.of(pairs, "svg", tuple(FORMATS))
        raise ProblemError(_too_many(str(self._most.amount), self._most.GRANULARITY.name, when))


def _too_many(amount: str, unit: str, when: float) -> Problem:
    seconds = max(1, math.ceil(when - time.time()))
    detail = Text(
        "more than {0} requests in one {1} from one address; ask again in {2} s",
        "同一地址{1}内的请求超过 {0} 次；请在 {2} 秒后再试",
    ).format(amount, UNITS[unit], seconds)
    return Problem("too-many-requests", detail, headers={"Retry-After": str(seconds)})


UNITS = {
    "second": Text("second", "一秒"),
    "minute": Text("minute", "一分钟"),
    "hour": Text("hour", "一小时"),
}


def _client(scope: Scope) -> str:
    """Who asks, as the proxy says that is believed; empty where it cannot be told."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, NETWORK), strict=False))
    return str(address)
