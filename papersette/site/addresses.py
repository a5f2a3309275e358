"""Checks which addresses, from the data or from a request, may be linked or redirected to."""

from __future__ import annotations

import re

OWN = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f-\x9f]*")
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
