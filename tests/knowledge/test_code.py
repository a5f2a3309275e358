"""Links to code: found in any shape that a text has them in, with the page,
and shown where the paper is."""

import pytest
from conftest import build_database, make_pdf, query, rows, serve

from papersette.knowledge.code import find_code


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("See https://github.com/ada/walks.", ["https://github.com/ada/walks"]),
        ("https://github. com/ada/walks", ["https://github.com/ada/walks"]),
        ("at github.com/ada/walks.git, and", ["https://github.com/ada/walks"]),
        ("(https: //www.github.com/ ada/walks-\nof-noise)",
         ["https://github.com/ada/walks-of-noise"]),
        ("1https://gitlab.com/a.b/c_d/tree/master/x 2https://bitbucket.org/e/f",
         ["https://gitlab.com/a.b/c_d", "https://bitbucket.org/e/f"]),
        ("https://github.com/ada/walks and GitHub.com/Ada/Walks", ["https://github.com/ada/walks"]),
        ("https://anonymous.4open.science/r/1234-abc/",
         ["https://anonymous.4open.science/r/1234-abc"]),
        ("on GitHub, at https://github.com/ada or https://ada.github.io/walks/", []),
        ("notgithub.com/ada/walks", []),
    ],
)  # fmt: skip
def test_a_repository_is_found_in_any_shape(text, urls):
    assert [link.url for link in find_code([(1, text)])] == urls


def test_what_seems_the_papers_own_comes_first_with_its_page_and_words():
    first, second = find_code(
        [
            (2, "We use the tool of github.com/other/tool."),
            (9, "Long it was. Our code is available at github.com/ada/walks."),
        ]
    )
    assert (first.url, first.page, first.evidence) == (
        "https://github.com/ada/walks",
        9,
        "Our code is available at",
    )
    assert second.page == 2


def test_a_card_a_paper_and_a_search_have_the_links(tmp_path):
    (tmp_path / "pdfs").mkdir()
    make_pdf(
        tmp_path / "pdfs/a.pdf",
        [["On walks."], ["Our code is at https://github.com/ada/walks and no more."]],
    )
    make_pdf(tmp_path / "pdfs/b.pdf", [["On walks without any code."]])
    (tmp_path / "papers.csv").write_text("paper_id,title\na,Walks\nb,More walks\n")
    catalog = (
        "title: T\nsources:\n"
        "  - {kind: table, file: papers.csv, files: pdfs, venue: {venue_id: v, name: V}}\n"
    )
    database = build_database(tmp_path, catalog)
    assert query(database, "select paper_id, url, page from code_links") == [
        ("a", "https://github.com/ada/walks", 2)
    ]
    (tmp_path / "site").mkdir()
    with serve(database, tmp_path / "site") as site:
        assert [row["paper_id"] for row in rows(site, "search", q="walks has:code")] == ["a"]
        page = site.get("/papers/search?q=walks").text
        assert page.count("Code link, p. 2") == 1
        assert 'href="https://github.com/ada/walks"' in page
        assert "Code links</h2>" in site.get("/papers/papers/a").text
        assert "Code links</h2>" not in site.get("/papers/papers/b").text
