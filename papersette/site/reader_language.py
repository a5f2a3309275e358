"""Finds the language of a page: the reader's choice, the site's, or the browser's."""

from __future__ import annotations

from typing import Any

from babel import negotiate_locale

from papersette.languages import LANGUAGES

COOKIE = "language"


def to_language(request: Any, of_site: str = "") -> str:
    """Return the language of the cookie, else of the site, else of the browser, else English."""
    chosen = request.cookies.get(COOKIE) if request else None
    if chosen in LANGUAGES:
        return str(chosen)
    if of_site or request is None:
        return of_site or "en"
    asked = [
        part.partition(";")[0].strip()
        for part in request.headers.get("accept-language", "").split(",")
    ]
    return (
        negotiate_locale([tag.replace("-", "_") for tag in asked if tag], list(LANGUAGES)) or "en"
    )
