"""A diagram's address, and the lines that embed it in a document."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from resnet_core.diagram import Diagram


def snippets(diagram: Diagram, base_url: str) -> dict[str, str]:
    """Lines to paste, by the language of the document; ``base_url`` is where the server is.

    Each embeds ``/diagram.svg``: tools that prepare documents look at an address's ending.
    """
    title = diagram.subject.title
    image = picture_url(diagram, base_url)
    light, dark = (
        picture_url(replace(diagram, options=diagram.options.model_copy(update={"theme": theme})),
                    base_url)
        for theme in ("light", "dark")
    )  # fmt: skip
    return {
        "Markdown": f"![{title}]({image})",
        "HTML": f'<img src="{escape(image)}" alt="{escape(title)}">',
        "HTML, light and dark": (
            "<picture>\n"
            f'  <source media="(prefers-color-scheme: dark)" srcset="{escape(dark)}">\n'
            f'  <img src="{escape(light)}" alt="{escape(title)}">\n'
            "</picture>"
        ),
        "reStructuredText": f".. image:: {image}\n   :alt: {title}",
    }


def picture_url(diagram: Diagram, base_url: str) -> str:
    """The address of the picture as an SVG file."""
    return base_url.rstrip("/") + diagram.url.replace("/diagram?", "/diagram.svg?", 1)
