"""Checks which addresses, from the data or from a request, may be linked or redirected to."""

from __future__ import annotations

import re
from urllib.parse import quote

OWN = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f-\x9f]*")
NOT_ENCODED = "/?&=%+#~:;,@!*()'$-._"
"""Characters of a path, with its query, that are not encoded in the header Location."""
WEB = re.compile(r"https?://[^\\\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)


def is_own_path(address: str) -> bool:
    """Return whether an address is a path of this site.

    Browsers drop control characters and treat a backslash as a slash, so that both could lead to
    another host.

    >>> [is_own_path(p) for p in ("/pdf/a.pdf", "//evil.example", "/\\\\evil.example", "/\\t/x")]
    [True, False, False, False]
    """
    return OWN.fullmatch(address) is not None


def is_web_address(address: str) -> bool:
    """Return whether an address begins with http: or https:.

    >>> [is_web_address(a) for a in ("https://a.org/x", "javascript:alert(1)", "/x")]
    [True, False, False]
    """
    return WEB.fullmatch(address) is not None


def to_location(path: str, home: str) -> str:
    """Return a path of this site, encoded for a redirect; `home` for any other address.

    >>> to_location("/papers/a b?q=é", "/"), to_location("//evil.example", "/")
    ('/papers/a%20b?q=%C3%A9', '/')
    """
    return quote(path, safe=NOT_ENCODED) if is_own_path(path) else home
