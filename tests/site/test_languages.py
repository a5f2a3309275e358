"""The interface in three languages: translations are complete, and the reader's choice is kept."""

import re
import string

import pytest
import yaml
from babel.messages.pofile import read_po
from conftest import METADATA, ROOT, serve

from papersette.site.error_messages import TRANSLATED
from papersette.site.readers_messages import MESSAGES

DASHBOARDS = yaml.safe_load((ROOT / "metadata.yml").read_text())["plugins"][
    "datasette-dashboards"
].values()
DATA = yaml.safe_load((ROOT / "data_page.yml").read_text())
TEMPLATES = sorted(
    path for ending in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{ending}")
)
SINGULAR = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')
PLURAL = re.compile(r'\b_n\("([^"]*)", "([^"]*)"')


def titles(part):
    """Return the titles in the specification of a chart: of axes, legends and tooltips."""
    if isinstance(part, dict):
        return {
            text
            for key, value in part.items()
            for text in ({value} - {None} if key == "title" else titles(value))
        }
    return {text for value in part for text in titles(value)} if isinstance(part, list) else set()


def texts_of_charts():
    queries = METADATA["queries"]
    return {
        text
        for dashboard in DASHBOARDS
        for name, chart in dashboard["charts"].items()
        for text in {dashboard["title"], queries[name]["title"], queries[name]["description"]}
        | titles(chart["display"])
    }


def texts_of_data():
    """Return the English texts of the Data page, and of the pages of tables and canned queries."""
    groups, queries = DATA["groups"], METADATA["queries"]
    texts = {group[key] for group in groups for key in ("title", "about")}
    texts |= {
        queries[name]["description"]
        for group in groups
        for name in group["queries"]
        if name not in {"search", "programme", "reading_list"}  # their pages do not show it
    }
    texts |= {
        table[key] for table in METADATA["tables"].values() for key in ("title", "description")
    }
    texts |= {text for table in METADATA["tables"].values() for text in table["columns"].values()}
    inputs = DATA["inputs"].values()
    texts |= {one["label"] for one in inputs}
    texts |= {value for one in inputs for value in one.get("values", ())}
    return texts | set(DATA["columns"].values())


def texts_of_interface():
    """Return the English texts of templates, charts, facets, tables and canned queries."""
    texts = "\n".join(path.read_text() for path in TEMPLATES)
    names = re.search(
        r"FACET_NAMES = \{(.*?)\n\}", (ROOT / "plugins/search_links.py").read_text(), re.DOTALL
    ).group(1)
    single = {text.replace('\\"', '"') for text in SINGULAR.findall(texts)} | set(
        yaml.safe_load("{" + names + "}").values()
    )
    facts = (ROOT / "papersette/database/facets.py").read_text()
    single |= set(re.findall(r"'has', '\w+', '([^']+)'", facts))
    single |= {query["title"] for query in METADATA["queries"].values()} | {*MESSAGES.values()}
    single |= set(TRANSLATED)
    return single | texts_of_charts() | texts_of_data() | set(PLURAL.findall(texts))


def catalog(language):
    with (ROOT / "locales" / f"{language}.po").open("rb") as lines:
        return {message.id: message for message in read_po(lines, locale=language) if message.id}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_catalogs_translate_exactly_the_texts_of_the_interface(language):
    known = catalog(language)
    assert texts_of_interface() == set(known)
    for message in known.values():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_translations_have_the_same_placeholders(language):
    for message in catalog(language).values():
        if isinstance(message.id, str):
            assert fields(message.string) == fields(message.id), message.id
        else:
            assert all(fields(form) <= fields(message.id[1]) for form in message.string), message.id


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_untranslatable_text(path):
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
    assert loose <= {"PDF", "JSON", "CSV", "DOI", "ORCID", "Papersette", "Datasette"}


@pytest.mark.parametrize(
    ("asked", "language", "direction", "word"),
    [
        ("fr-CA,fr;q=0.9", "fr", "ltr", "Rechercher"),
        ("ar", "ar", "rtl", "بحث"),
        ("de,en;q=0.5", "en", "ltr", "Search"),
        ("", "en", "ltr", "Search"),
    ],
)
def test_pages_are_in_the_language_of_the_browser(sample_site, asked, language, direction, word):
    answer = sample_site.get("/papers/search?q=noise", headers={"accept-language": asked})
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert f"<button>{word}</button>" in answer.text
    assert "accept-language" in answer.headers["vary"].lower()


def test_the_chosen_language_overrides_the_browsers(sample_site):
    chosen = sample_site.get("/-/language/ar?back=/papers/search?q=noise")
    assert (chosen.status_code, chosen.headers["location"]) == (302, "/papers/search?q=noise")
    kept = {"cookie": chosen.headers["set-cookie"].partition(";")[0], "accept-language": "fr"}
    assert 'dir="rtl"' in sample_site.get("/", headers=kept).text
    sample_site.cookies.clear()


@pytest.mark.parametrize(
    ("language", "cited", "headings"),
    [
        ("en", "Cited names", ["Source", "Stage", "Lost"]),
        ("fr", "Noms cités", ["Source", "Étape", "Perdus"]),
        ("ar", "الأسماء المستشهد بها", ["المصدر", "المرحلة", "المفقود"]),
    ],
)
def test_tables_and_facets_have_titles_in_the_language_of_the_page(
    sample_site, language, cited, headings
):
    asked = {"accept-language": language}
    html = sample_site.get("/papers/cited_names", headers=asked).text
    assert f'<h1>{cited} <small dir="ltr">cited_names</small>' in html
    ((key, *_),) = sample_site.get("/papers/cited_names.json?_size=1").json()["rows"]
    row = sample_site.get(f"/papers/cited_names/{key}", headers=asked).text
    assert f'<a href="/papers/cited_names">{cited}</a>' in row
    html = sample_site.get("/papers/problems", headers=asked).text
    assert re.findall(r"<h2>(.*?) <small>", html) == headings


@pytest.mark.parametrize(("language", "shows_code"), [("en", False), ("ar", True)])
def test_texts_of_papers_in_another_language_than_the_page_say_theirs(
    sample_site, language, shows_code
):
    asked = {"accept-language": language}
    html = sample_site.get("/papers/search?q=noise&language=en", headers=asked).text
    card = html[html.index("<article") : html.index("</article>")]
    assert bool(re.search(r'<h2><a href="[^"]*" lang="en">', card)) == shows_code
    assert bool(re.search(r'<span lang="en">[^<]*<mark', card)) == shows_code
    path = re.search(r'href="(/papers/papers/[^/"?]+)', card)[1]
    for address in (path, f"{path}/read"):
        html = sample_site.get(address, headers=asked).text
        assert ('<h1 dir="auto" lang="en">' in html) == shows_code
    german = sample_site.get("/papers/search?q=spiele&language=de", headers=asked).text
    assert re.search(r'<span lang="de">[^<]*<mark', german)
    assert '<h2><a href="/papers/papers/integer-programming-games?q=spiele">' in german


@pytest.mark.parametrize("name", METADATA["tables"])
def test_every_facet_of_a_table_has_a_heading(name):
    facets = METADATA["tables"][name].get("facets", [])
    assert {facet for pair in facets for facet in pair.values()} <= set(DATA["columns"])


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "",
        "/\t/evil.example",
        "/\n/evil.example",
        "/a\\b",
        "\x01//evil.example",
    ],
)
def test_the_language_switch_redirects_only_to_this_site(sample_site, back):
    answer = sample_site.get("/-/language/fr", params={"back": back})
    sample_site.cookies.clear()
    assert answer.headers["location"] == "/"


def test_numbers_and_plurals_follow_the_language(sample_site):
    footer = sample_site.get("/", headers={"accept-language": "ar"}).text.partition("<footer")[2]
    assert "47 ورقة" in footer
    assert "47 articles" in sample_site.get("/", headers={"accept-language": "fr"}).text


@pytest.mark.parametrize(
    ("asked", "description"),
    [
        ("en", "Position in the reference list, from 1"),
        ("fr", "Position dans la liste de références, à partir de 1"),
        ("ar", "الموضع في قائمة المراجع، ابتداءً من 1"),
    ],
)
@pytest.mark.parametrize("path", ["/papers/citations", "/papers/citations/1"])
def test_columns_of_tables_and_rows_are_described_in_the_language(
    asked, description, path, sample_site
):
    html = sample_site.get(path, headers={"Accept-Language": asked}).text
    assert f">{description}</" in html
    assert (f'data-column-description="{description}"' in html) == path.endswith("citations")


def test_a_description_that_has_no_translation_is_shown_and_marked_as_english(sample_db, tmp_path):
    given = (ROOT / "metadata.yml").read_text()
    own = given.replace("name: The fullest spelling", "name: As our cards have it")
    assert own != given
    (tmp_path / "own.yml").write_text(own)
    (tmp_path / "site").mkdir()
    with serve(sample_db, tmp_path / "site", metadata=tmp_path / "own.yml") as site:
        html = site.get("/papers/authors", headers={"Accept-Language": "ar"}).text
    assert '<dd lang="en" dir="ltr">As our cards have it</dd>' in html
    assert "<dd>عدد الأوراق في هذه المجموعة</dd>" in html


def test_error_pages_are_in_english(sample_site):
    assert "Search" in sample_site.get("/nosuchpage").text


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("fr", "Articles les mieux notés"),
        ("ar", "الأوراق الأعلى تقييمًا"),
        ("en", "Best-rated papers"),
    ],
)
def test_titles_of_canned_queries_are_translated(asked, title, sample_site):
    assert (
        f">{title}</h1>"
        in sample_site.get("/papers/best_rated", headers={"Accept-Language": asked}).text
    )


def test_search_all_counts_papers_and_pages_in_the_language(sample_site):
    html = sample_site.get("/-/search?q=noise", headers={"Accept-Language": "fr"}).text
    assert ", <bdi>p. 1</bdi></a>" in html
    assert "<bdi>6 articles</bdi>" in html
    assert "6 papers" not in html
