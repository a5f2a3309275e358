"""The interface in English, French and Arabic: labels, numbers and dates. What papers say stays as it is.

The rule: templates write English and mark it by _() or _n(); locales/<language>.po has the other languages' words, and a test
sees that none is missing. A reader's choice is a cookie, set by the switch in the footer; else the browser's wish counts.
"""

import gettext
import io
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from datasette import hookimpl
from datasette.utils.asgi import Response

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
COOKIE = "language"
LOCALES = Path(__file__).resolve().parent.parent / "locales"
YEAR = 365 * 86_400


@cache
def translations(language):
    """The words of a language; English stands in the templates."""
    path = LOCALES / f"{language}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def to_language(request):
    """What the reader chose, else what the browser asks for, else English."""
    if request is None:
        return "en"
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    asked = [
        part.partition(";")[0].strip()
        for part in request.headers.get("accept-language", "").split(",")
    ]
    return (
        negotiate_locale([tag.replace("-", "_") for tag in asked if tag], list(LANGUAGES)) or "en"
    )


@hookimpl
def prepare_jinja2_environment(env):
    """English for pages that no request vars come to, as error pages."""
    env.globals |= to_vars("en")


@hookimpl
def extra_template_vars(request, datasette):
    async def speak():
        words = to_vars(to_language(request))
        asked = (
            (request.url_vars.get("database"), request.url_vars.get("table"))
            if request
            else (None, None)
        )
        query = await datasette.get_canned_query(*asked, request.actor) if all(asked) else None
        if query and query.get("title"):
            words["metadata"] = query | {"title": words["_"](query["title"])}
        return words

    return speak


@lru_cache(maxsize=4096)
def to_number(n, language):
    return format_decimal(n, locale=language)


def to_vars(language):
    """What templates need to speak a language."""
    words = translations(language)

    def translate(text, **values):
        return words.gettext(text).format(**values) if values else words.gettext(text)

    def translate_number(one, many, n, **values):
        return words.ngettext(one, many, n).format(n=number(n), **values)

    def number(n):
        return to_number(n, language)

    return {
        "_": translate,
        "_n": translate_number,
        "number": number,
        "day": lambda text: (
            format_date(date.fromisoformat(text[:10]), "long", locale=language) if text else ""
        ),
        "language": language,
        "direction": Locale(language).text_direction,
        "languages": LANGUAGES,
    }


@hookimpl
def register_routes():
    return [(r"^/-/language/(?P<language>[a-z]+)$", choose)]


async def choose(request, datasette):
    """Remember the language and go back to the page, which must be one of this site."""
    back = request.args.get("back") or datasette.urls.instance()
    if not back.startswith("/") or back.startswith(("//", "/\\")):
        back = datasette.urls.instance()
    response = Response.redirect(back)
    if request.url_vars["language"] in LANGUAGES:
        response.set_cookie(
            COOKIE, request.url_vars["language"], max_age=YEAR, path=datasette.urls.instance()
        )
    return response


@hookimpl
def asgi_wrapper():
    """Pages differ by language, so caches must not hand one reader's page to another."""

    def wrap(app):
        async def vary(scope, receive, send):
            async def sending(event):
                if event["type"] == "http.response.start":
                    event["headers"] = [*event.get("headers", []), (b"vary", b"Accept-Language")]
                await send(event)

            await app(scope, receive, sending if scope["type"] == "http" else send)

        return vary

    return wrap
