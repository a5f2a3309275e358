"""Texts, numbers and dates of the interface in the language of a reader.

The folder locales/ has a catalog, <language>.po, for each language except English.
"""

from __future__ import annotations

import gettext
import io
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from papersette.languages import to_language_name


@cache
def read_translations(folder: Path, language: str) -> gettext.NullTranslations:
    """Return the translations for a language; null translations for English, without a catalog."""
    path = folder / f"{language}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=4096)
def to_number(n: float, language: str) -> str:
    """Return a number as a language writes it."""
    return format_decimal(n, locale=language)


def to_template_vars(folder: Path, language: str) -> dict[str, Any]:
    """Return the variables of templates that depend on the language.

    These are `_` and `_n`, which translate, `number`, `day`, `language_name`, `language`, and its
    `direction`.
    """
    catalog = read_translations(folder, language)

    def translate(text: str, **values: object) -> str:
        return catalog.gettext(text).format(**values) if values else catalog.gettext(text)

    def translate_number(one: str, many: str, n: int, **values: object) -> str:
        return catalog.ngettext(one, many, n).format(n=number(n), **values)

    def number(n: float) -> str:
        return to_number(n, language)

    return {
        "_": translate,
        "_n": translate_number,
        "number": number,
        "day": lambda text: to_long_date(text, language),
        "language_name": lambda code: to_language_name(code, language),
        "language": language,
        "direction": Locale(language).text_direction,
    }


def to_long_date(text: str | None, language: str) -> str:
    """Return the date at the start of a time in words; a text without a date is not changed."""
    try:
        return format_date(date.fromisoformat((text or "")[:10]), "long", locale=language)
    except ValueError:
        return text or ""
