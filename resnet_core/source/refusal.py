"""A refusal without its place, which whoever knows the place adds."""

from __future__ import annotations

from resnet_core.bilingual import Text


class Refused(Exception):
    """What cannot be followed, why, and what to do; the interpreter says where it stands.

    ``kind`` is set where Python itself would raise an exception of that kind: a source may catch
    it. What is only beyond this reading is caught by nothing.
    """

    def __init__(self, reason: Text, todo: Text | list[str] | None = None, kind: str = "") -> None:
        super().__init__(reason.en)
        self.reason, self.todo, self.kind = reason, todo, kind
