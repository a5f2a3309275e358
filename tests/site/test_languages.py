"""The interface in three languages: nothing untranslated, nothing broken, the reader's choice kept."""

import re
import string

import pytest
import yaml
from babel.messages.pofile import read_po
from conftest import METADATA, ROOT

PICTURES = yaml.safe_load((ROOT / "metadata.yml").read_text())["plugins"][
    "datasette-dashboards"
].values()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ONE = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')
SEVERAL = re.compile(r'\b_n\("([^"]*)", "([^"]*)"')


def titles(part):
    """Every title in a specification of a picture: of axes, legends, and lines of tooltips."""
    if isinstance(part, dict):
        return {
            text
            for key, value in part.items()
            for text in ({value} - {None} if key == "title" else titles(value))
        }
    return {text for value in part for text in titles(value)} if isinstance(part, list) else set()


def said_by_pictures():
    queries = METADATA["queries"]
    return {
        text
        for picture in PICTURES
        for name, chart in picture["charts"].items()
        for text in {picture["title"], queries[name]["title"], queries[name]["description"]}
        | titles(chart["display"])
    }


def said():
    """Everything that the templates and pictures say in English, the names of facets, and the titles of canned queries."""
    texts = "\n".join(path.read_text() for path in TEMPLATES)
    names = re.search(
        r"FACET_NAMES = \{(.*?)\n\}", (ROOT / "plugins/search_links.py").read_text(), re.DOTALL
    ).group(1)
    single = {text.replace('\\"', '"') for text in ONE.findall(texts)} | set(
        yaml.safe_load("{" + names + "}").values()
    )
    single |= {query["title"] for query in METADATA["queries"].values()}
    return single | said_by_pictures() | set(SEVERAL.findall(texts))


def catalog(language):
    with (ROOT / "locales" / f"{language}.po").open("rb") as lines:
        return {message.id: message for message in read_po(lines, locale=language) if message.id}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_word_of_the_interface_is_translated_and_no_more(language):
    known = catalog(language)
    assert said() == set(known)
    for message in known.values():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translation_has_the_same_blanks_to_fill(language):
    for message in catalog(language).values():
        if isinstance(message.id, str):
            assert fields(message.string) == fields(message.id), message.id
        else:
            assert all(fields(form) <= fields(message.id[1]) for form in message.string), message.id


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_a_sentence_past_the_catalogs(path):
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>|<script.*?</script>",
        "",
        path.read_text(),
        flags=re.DOTALL,
    )
    loose = {
        word
        for words in re.findall(r">([^<>]*)<", text)
        for word in re.findall(r"[A-Za-z]{3,}", words)
    }
    assert loose <= {"PDF", "JSON", "CSV", "Papersette", "Datasette"}


@pytest.mark.parametrize(
    ("asked", "language", "direction", "word"),
    [
        ("fr-CA,fr;q=0.9", "fr", "ltr", "Rechercher"),
        ("ar", "ar", "rtl", "بحث"),
        ("de,en;q=0.5", "en", "ltr", "Search"),
        ("", "en", "ltr", "Search"),
    ],
)
def test_the_browser_is_answered_in_its_language(sample_site, asked, language, direction, word):
    answer = sample_site.get("/papers/search?q=noise", headers={"accept-language": asked})
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert f"<button>{word}</button>" in answer.text
    assert "accept-language" in answer.headers["vary"].lower()


def test_the_readers_choice_counts_more_than_the_browsers(sample_site):
    chosen = sample_site.get("/-/language/ar?back=/papers/search?q=noise")
    assert (chosen.status_code, chosen.headers["location"]) == (302, "/papers/search?q=noise")
    kept = {"cookie": chosen.headers["set-cookie"].partition(";")[0], "accept-language": "fr"}
    assert 'dir="rtl"' in sample_site.get("/", headers=kept).text
    sample_site.cookies.clear()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""]
)
def test_the_switch_leads_nowhere_else(sample_site, back):
    answer = sample_site.get("/-/language/fr", params={"back": back})
    sample_site.cookies.clear()
    assert answer.headers["location"] == "/"


def test_numbers_and_plurals_follow_the_language(sample_site):
    footer = sample_site.get("/", headers={"accept-language": "ar"}).text.partition("<footer")[2]
    assert "47 ورقة" in footer
    assert "47 articles" in sample_site.get("/", headers={"accept-language": "fr"}).text


def test_an_error_page_speaks_english(sample_site):
    assert "Search" in sample_site.get("/nosuchpage").text


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("fr", "Articles les mieux notés"),
        ("ar", "الأوراق الأعلى تقييمًا"),
        ("en", "Best-rated papers"),
    ],
)
def test_a_canned_query_has_its_title_in_the_readers_language(asked, title, sample_site):
    assert (
        f">{title}</h1>"
        in sample_site.get("/papers/best_rated", headers={"Accept-Language": asked}).text
    )
