"""Renders Markdown of notes and comments as safe HTML; less is allowed, as anybody may write it."""

from __future__ import annotations

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = set("p br strong em code pre blockquote ul ol li a".split())
SCHEMES = {"http", "https", "mailto"}
LINKS = "nofollow ugc noopener noreferrer"


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return parser.disable(["image", "heading", "lheading", "hr"])


def to_html(markdown: str) -> Markup:
    """Return the text of a reader as safe HTML.

    >>> to_html("*A* <b>b</b> [c](javascript:x) [d](https://e.org)")
    Markup('<p><em>A</em> &lt;b&gt;b&lt;/b&gt; [c](javascript:x) <a href="https://e.org" \
rel="nofollow ugc noopener noreferrer">d</a></p>\\n')
    """
    return Markup(  # noqa: S704 - sanitised
        nh3.clean(
            _markdown().render(markdown),
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes=SCHEMES,
            link_rel=LINKS,
        )
    )
