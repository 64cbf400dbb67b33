"""A page as it is copied, prose and listings together: its code, restored and put together.

Each passage is restored by itself. Those that define different names are one source; of those
that define the same name, one is taken, and the others are a choice.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from resnet_core.bilingual import Text
from resnet_core.source import listing
from resnet_core.source.budget import LONGEST_SOURCE
from resnet_core.source.listing import MOST_READINGS, PROSE, Part, Restored, is_python, patched
from resnet_core.source.offer import BLOCK_NAMES
from resnet_core.source.passages import Passage, passages
from resnet_core.source.syntax import tree_of

# A page with more listings is read as far as this many of them.
MOST_PASSAGES = 24
_UNREAD = Text(
    "lines {} to {} look like code and cannot be read: they are left out",
    "第 {} 到 {} 行像代码，但读不懂，没有采用",
)
_TWICE = Text(
    "{} stands there more than once: one of them is taken, the others can be chosen",
    "{} 出现了不止一次：采用其中一个，其余的可以另选",
)


@dataclass(frozen=True)
class _Piece:
    """A passage as Python."""

    passage: Passage
    whole: Restored

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The classes and functions that it defines."""
        kinds = ast.ClassDef | ast.FunctionDef
        found = [part.name for part in tree_of(self.whole.text).body if isinstance(part, kinds)]
        return tuple(dict.fromkeys(found))

    @cached_property
    def used(self) -> set[str]:
        """The names that it speaks of."""
        parts = ast.walk(tree_of(self.whole.text))
        return {part.id for part in parts if isinstance(part, ast.Name)}

    @cached_property
    def takes_block(self) -> bool:
        """Whether it takes the class of a block, which may be any that the page has."""
        parts = ast.walk(tree_of(self.whole.text))
        return any(isinstance(part, ast.arg) and part.arg in BLOCK_NAMES for part in parts)

    @property
    def wanted(self) -> bool:
        """Whether it defines something that somebody might want to see drawn."""
        return bool(self.names)


@dataclass(frozen=True)
class _Page:
    """The pieces of a page, and the passages that are none."""

    given: str
    pieces: tuple[_Piece, ...]
    unread: tuple[Passage, ...]

    @cached_property
    def choices(self) -> list[_Piece]:
        """The pieces that are a choice."""
        return [piece for piece in self.pieces if piece.wanted]

    def taken(self, part: int | None) -> list[_Piece]:
        """The pieces that make one source.

        Without a choice that is each that defines other names than those before it, and with one,
        the piece that was chosen and those that it uses.
        """
        chosen = self.choices[part - 1] if part and part <= len(self.choices) else None
        rest = [piece for piece in self.pieces if piece is not chosen]
        found = [chosen] if chosen else []
        names = {*chosen.names} if chosen else set()
        while True:
            used = {name for piece in found for name in piece.used}
            whole = chosen is None or any(piece.takes_block for piece in found)
            fitting = (p for p in rest if not names & {*p.names} and (whole or used & {*p.names}))
            piece = next(fitting, None)
            if piece is None:
                return sorted(found, key=lambda piece: piece.passage.first)
            found.append(piece)
            names |= {*piece.names}
            rest.remove(piece)

    def joined(self, part: int | None, others: Mapping[_Piece, Restored] | None = None) -> Restored:
        """The source of this choice; ``others`` says which pieces are read in another way."""
        taken = self.taken(part)
        wholes = [(others or {}).get(piece, piece.whole) for piece in taken]
        notes = [PROSE, *(note for whole in wholes for note in whole.notes)]
        left = [name for piece in self.choices if piece not in taken for name in piece.names]
        twice = [name for name in dict.fromkeys(left) for piece in taken if name in piece.names]
        if twice:
            notes.append(_TWICE.format(", ".join(twice)))
        notes += [_UNREAD.format(passage.first, passage.last) for passage in self.unread]
        parts = tuple(
            Part(piece.names, piece.passage.first, piece.passage.last, piece in taken)
            for piece in self.choices
        )
        text = "\n\n".join(whole.text.strip("\n") + "\n" for whole in wholes)
        different = any(whole.of_another_class for whole in wholes)
        return Restored(
            self.given, text, tuple(dict.fromkeys(notes)), different,
            parts if len(parts) > 1 else (),
        )  # fmt: skip


def restored(given: str, part: int | None = None) -> Restored:
    """The code of a page as Python, as it was where it is Python already or cannot be made so.

    ``part`` chooses one of the places where code stands, counted from 1; where there are not so
    many, nothing is chosen.
    """
    page = _page(given)
    return listing.restored(given) if page is None else page.joined(part)


def readings(given: str, part: int | None = None) -> list[Restored]:
    """Every reading of a page that is Python, the likeliest first."""
    page = _page(given)
    if page is None:
        return listing.readings(given)
    found = {(first := page.joined(part)).text: first}
    for piece in page.taken(part):
        for other in listing.readings(piece.passage.text)[1:]:
            whole = page.joined(part, {piece: other})
            found.setdefault(whole.text, whole)
    return [*found.values()][:MOST_READINGS]


# The readings of a page are asked for right after its first.
@lru_cache(4)
def _page(given: str) -> _Page | None:
    """The page; None where it is one listing and no more, or has none."""
    if len(given) > LONGEST_SOURCE or is_python(given) or patched(given) != given:
        return None
    found = passages(given)
    if len(found) == 1 and found[0].text.strip() == given.strip():
        return None
    tried = [_Piece(passage, listing.restored(passage.text)) for passage in found[:MOST_PASSAGES]]
    pieces = tuple(piece for piece in tried if is_python(piece.whole.text))
    if not any(piece.wanted for piece in pieces):
        return None
    unread = [passage for passage in found if passage not in [piece.passage for piece in pieces]]
    return _Page(given, pieces, tuple(unread))
