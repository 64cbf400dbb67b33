"""Names that stand side by side in one string: the tables are read by people."""

from __future__ import annotations


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()
