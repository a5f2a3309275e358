"""The languages of the interface, and the names of languages.

locales/ has the translations of the interface.
"""

from __future__ import annotations

from babel import Locale
from babel.localedata import exists

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
"""Code -> name in the language itself."""


def to_language_name(code: str, language: str) -> str:
    """Return the name of a language in another one; a code that has no name is not changed.

    >>> [to_language_name(code, "fr") for code in ("ar", "grc", "zh-Hans", "Klingon")]
    ['arabe', 'grec ancien', 'chinois simplifié', 'Klingon']
    """
    return str(Locale.parse(language).languages.get(code.replace("-", "_"), code))


def to_language_names(code: str) -> list[str]:
    """Return the names of a language in those of the interface, English first, and in its own.

    >>> to_language_names("de")
    ['German', 'allemand', 'الألمانية', 'Deutsch']
    >>> to_language_names("Klingon")
    ['Klingon']
    """
    own = code.replace("-", "_")
    known = [*LANGUAGES, own] if exists(own) else LANGUAGES
    return list(dict.fromkeys(to_language_name(code, language) for language in known))
