"""What an operator may set, each as ``RESNET_DIAGRAM_…`` in the environment."""

from __future__ import annotations

import os
import sys

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from resnet_core.errors import nearest

PREFIX = "RESNET_DIAGRAM_"
WRONG = 2


class Settings(BaseSettings):
    """Sizes and times of the server. Nothing here changes what a diagram looks like."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    workers: int = Field(
        2,
        ge=0,
        le=64,
        description="processes that draw, plus one for small diagrams; 0 draws in a thread",
    )
    worker_bytes: int = Field(
        600 * 2**20, ge=0, description="memory after which a worker is replaced when idle, in bytes"
    )
    worker_limit: int = Field(
        2**31, ge=0, description="memory that a worker can never exceed, in bytes; 0 for no limit"
    )
    queue: int = Field(64, ge=0, description="jobs that may wait for a worker before 503")
    timeout: float = Field(9, gt=0, description="seconds that a whole answer may take before 504")
    trace: float = Field(
        5.0, ge=0, description="seconds of the processor to build and trace before 504; 0: no limit"
    )
    layout: float = Field(
        5.0, ge=0, description="seconds of the processor to lay out before 504; 0: no limit"
    )
    cache_bytes: int = Field(64 * 2**20, ge=0, description="memory for finished drawings")
    store: str = Field(
        "none",
        pattern=r"^(none|(rediss?|valkeys?|unix)://.+)$",
        description="drawings shared by machines",
    )
    disk: str = Field(
        "none", min_length=1, description="folder for drawings that outlive the server"
    )
    disk_bytes: int = Field(
        512 * 2**20, ge=2**20, description="most that they take there, in bytes"
    )
    ahead: bool = Field(
        True, description="whether that folder is filled while nobody asks for anything"
    )
    query_bytes: int = Field(8192, ge=64, description="longest query before 414")
    body_bytes: int = Field(65536, ge=64, description="longest body of a POST before 413")
    header_bytes: int = Field(16384, ge=1024, description="all headers together before 431")
    silence: float = Field(
        10, gt=0, description="seconds that a client may take to ask, or leave an answer unread"
    )
    max_age: int = Field(86400, ge=0, description="seconds that a drawing may be kept by others")
    connections: int = Field(
        1000, ge=1, description="connections at once; then the oldest silent one goes"
    )
    keep_alive: int = Field(5, ge=1, description="seconds that a silent kept connection stays open")
    shutdown: int = Field(8, ge=1, description="seconds that answers under way get when it ends")
    drain: float = Field(0, ge=0, description="seconds of /readyz 503 before it ends")
    rate: str = Field(
        "none",
        pattern=r"^(none|[1-9][0-9]{0,6}/(second|minute|hour))$",
        description="new pictures, and as many pages, for each client before 429: 600/minute",
    )
    hosts: str = Field("*", description="names that are answered to, with commas; * for all")
    base_url: str = Field(
        "none", pattern=r"^(none|https?://[^/\s?#]+(/[^\s?#]*)?)$", description="the public address"
    )
    root_path: str = Field(
        "none",
        pattern=r"^(none|(/[^/\s?#]+)+)$",
        description="what a proxy takes off the front of each path",
    )
    proxies: str = Field(
        "127.0.0.1", description="addresses whose X-Forwarded headers are believed; * for all"
    )
    access_log: bool = Field(False, description="whether each request gets a line in the log")
    metrics: bool = Field(True, description="whether /metrics answers")
    otel: bool = Field(
        False, description="whether requests are told as spans to OTEL_EXPORTER_OTLP_ENDPOINT"
    )

    @property
    def stages(self) -> dict[str, float]:
        """Seconds of the processor that each stage may take; those without a limit are left out."""
        limits = {"build": self.trace, "trace": self.trace, "layout": self.layout}
        return {stage: seconds for stage, seconds in limits.items() if seconds}


def read() -> Settings:
    """The settings of the environment. Exits with status 2 and a line for each wrong one."""
    known = list(Settings.model_fields)
    for name in os.environ:
        short = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and short not in known:
            near = nearest(short, known)
            meant = f"; did you mean {PREFIX}{near.upper()}?" if near else ""
            print(f"resnet-diagram: there is no setting {name}{meant}", file=sys.stderr)
    try:
        return Settings()
    except ValidationError as error:
        for wrong in error.errors():
            name = PREFIX + str(wrong["loc"][0]).upper()
            print(f"resnet-diagram: {name}={wrong['input']}: {wrong['msg']}", file=sys.stderr)
        raise SystemExit(WRONG) from None
