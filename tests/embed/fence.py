"""MkDocs's settings for the fence, as its own docstring tells them."""

from __future__ import annotations

from textwrap import dedent

from resnet_core.embed import mkdocs

# The one paragraph that is indented.
SETTINGS = next(
    dedent(paragraph)
    for paragraph in (mkdocs.__doc__ or "").split("\n\n")
    if paragraph.startswith("    ")
)
