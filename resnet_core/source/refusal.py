"""A refusal without its place, which whoever knows the place adds."""

from __future__ import annotations

from resnet_core.bilingual import Text


class Refused(Exception):
    """What cannot be followed, why, and what to do; the interpreter says where it stands."""

    def __init__(self, reason: Text, todo: Text | list[str] | None = None) -> None:
        super().__init__(reason.en)
        self.reason, self.todo = reason, todo
