"""Translates the interface to French and Arabic: labels, numbers and dates.

Templates mark English text with _() or _n(); locales/<language>.po has the translations, which a
test requires to be complete. The language comes from a cookie, which the links in the footer set,
or else from the catalog of the site, or else from the browser. The texts of papers are not
translated.
"""

import re
from pathlib import Path

from datasette import Response, hookimpl
from markupsafe import Markup

from papersette.languages import LANGUAGES
from papersette.site.addresses import to_location
from papersette.site.error_messages import TRANSLATED
from papersette.site.own_name import site_of
from papersette.site.reader_language import COOKIE, to_language
from papersette.translations import to_template_vars

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
"""A code that browsers understand, such as zh-Hans. Sources may give others."""
YEAR = 365 * 86_400
"""Lifetime of the cookie in seconds."""


@hookimpl
def prepare_jinja2_environment(env, datasette):
    """Provide a language for pages without the template variables of a request, such as errors."""
    env.globals |= to_vars(site_of(datasette).language or "en")


@hookimpl
def extra_template_vars(request, datasette):
    async def variables():
        found = to_vars(to_language(request, site_of(datasette).language))
        asked = (
            (request.url_vars.get("database"), request.url_vars.get("table"))
            if request
            else (None, None)
        )
        query = await datasette.get_canned_query(*asked, request.actor) if all(asked) else None
        if query and query.get("title"):
            found["metadata"] = query | {"title": found["_"](query["title"])}
        return found

    return variables


def to_vars(language):
    """Return the template variables of a language."""
    found = to_template_vars(LOCALES, language)
    labels = {"has": found["_"], "language": found["language_name"]}

    def facet_label(facet, label):
        """Return the label of a facet value, in this language if it is not a text of papers."""
        return labels[facet](label) if facet in labels else label

    def lang_of(code, is_metadata=False):
        """Return the attribute `lang` of a text of a paper; nothing in the language of the page.

        Screen readers choose a voice by it. Titles and abstracts of papers in other languages than
        English are often in English, so that theirs is not known.
        """
        if is_metadata and code != "en":
            return ""
        if not code or code == language or not LANGUAGE_TAG.fullmatch(code):
            return ""
        return Markup(' lang="{}"').format(code)

    given = {"languages": LANGUAGES, "translated_errors": TRANSLATED}
    return found | given | {"facet_label": facet_label, "lang_of": lang_of}


@hookimpl
def register_routes():
    return [(r"^/-/language/(?P<language>[a-z]+)$", choose_language)]


async def choose_language(request, datasette):
    """Set the cookie and redirect to ?back=, which must be a path of this site."""
    back = request.args.get("back") or ""
    response = Response.redirect(to_location(back, datasette.urls.instance()))
    if request.url_vars["language"] in LANGUAGES:
        response.set_cookie(
            COOKIE, request.url_vars["language"], max_age=YEAR, path=datasette.urls.instance()
        )
    return response


@hookimpl
def asgi_wrapper():
    """Add `Vary: Accept-Language`, so that caches distinguish the languages."""

    def wrap(app):
        async def vary(scope, receive, send):
            async def sending(event):
                if event["type"] == "http.response.start":
                    event["headers"] = [*event.get("headers", []), (b"vary", b"Accept-Language")]
                await send(event)

            await app(scope, receive, sending if scope["type"] == "http" else send)

        return vary

    return wrap
