"""The pages that there are: what is looked at from every side, in pictures and by tests."""

from __future__ import annotations

from resnet_core.documents import DOCUMENTS

PAGES = {
    "explorer": "/",
    "network": "/?model=resnet50",
    "clash": "/?block=bottleneck&stride=2&shortcut=identity",
    "refused": "/?block=bottleneck&stride=9",
    "gallery": "/gallery",
    "documents": "/documents",
    **{f"document-{document.slug}": f"/documents/{document.slug}" for document in DOCUMENTS},
    "compare": "/compare?a=model%3Dresnet50&b=model%3Dresnet50d",
    "reference": "/reference",
    "nowhere": "/nowhere",
}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
THEMES = ("light", "dark")
# Pages that say what is wrong, with the status that a browser reports of them.
REFUSED = {"refused": "status of 422", "nowhere": "status of 404"}
