"""Chinese in the search of MkDocs: a hook, for a file beside mkdocs.yml that imports it.

    # search_zh.py
    from resnet_core.embed.mkdocs_zh import on_post_build

    # mkdocs.yml
    hooks:
      - search_zh.py
    plugins:
      - search:
          lang: zh
          min_search_length: 1

The Chinese of lunr, which MkDocs ships, cuts words by a library that no browser has: its search
stays empty. What is put in its place cuts pairs of characters, and does to English what lunr does.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.plugins import event_priority

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

OURS = Path(__file__).with_name("search.zh.js")


# After the search plugin, which puts lunr's own file there.
@event_priority(-100)
def on_post_build(config: MkDocsConfig) -> None:
    """Put our Chinese for lunr where the search loads it from."""
    shutil.copyfile(OURS, Path(config.site_dir, "search", "lunr.zh.js"))
