"""The fence of MkDocs and Zensical: a formatter and a validator for PyMdown's SuperFences.

    markdown_extensions:
      - pymdownx.superfences:
          custom_fences:
            - name: resnet-diagram
              class: resnet-diagram
              format: !!python/name:resnet_core.embed.mkdocs.fence
              validator: !!python/name:resnet_core.embed.mkdocs.validator

A block of the language ``resnet-diagram`` is then the picture, as SVG inside the page, so that the
search finds its words. It takes what a marker takes: a subject, ``compare``, ``sweep``, ``window``,
or ``source`` with code below it or a file that is named from where MkDocs runs. Its first line may
say ``theme="auto"``, ``caption="…"``, ``alt="…"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from pymdownx.superfences import SuperFencesException

from resnet_core.embed.figure import SOURCE, alternative, figure, themed, words_of
from resnet_core.errors import ResnetDiagramError

KNOWN = ("theme", "caption", "alt")
# What letters inside a page would take over from it: they would no longer fit into their boxes.
_ITS_OWN = "font-weight:400;font-style:normal;letter-spacing:0;word-spacing:0;text-transform:none"


def validator(
    _language: str,
    inputs: Mapping[str, str],
    options: dict[str, Any],
    attrs: dict[str, Any],
    _md: Any,
) -> bool:
    """Sort the words of the fence's first line; one that is not known makes it no fence of ours."""
    for name, value in inputs.items():
        if name in KNOWN:
            options[name] = value
        else:
            attrs[name] = value
    return not attrs


def fence(
    source: str, _language: str, css_class: str, options: dict[str, Any], _md: Any, **more: Any
) -> str:
    """The figure that stands in the block's place. A mistake stops the build."""
    words, _, code = source.strip().partition("\n")
    if words.split()[:1] != [SOURCE]:
        words, code = " ".join(source.split()), ""
    try:
        picture = figure(words_of(words), code=code, folder=Path())
        if theme := options.get("theme"):
            picture = themed(picture, theme)
        svg = picture.render("svg").decode().replace("<svg ", f'<svg style="{_ITS_OWN}" ', 1)
    except ResnetDiagramError as error:
        raise SuperFencesException(f"resnet-diagram: {words}: {error}") from error
    alt = options.get("alt") or alternative(picture)
    caption = options.get("caption")
    told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    classes = " ".join([css_class, *more.get("classes", [])])
    return f'<figure class="{escape(classes)}" aria-label="{escape(alt)}">{svg}{told}</figure>'
