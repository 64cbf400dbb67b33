"""The hook of MkDocs by which the search of this site finds Chinese."""

from resnet_core.embed.mkdocs_zh import on_post_build as on_post_build
