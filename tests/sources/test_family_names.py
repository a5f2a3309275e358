"""Formats that give family and given names apart keep them apart."""

import pytest

from papersette.exports import csl
from papersette.names import parse_with_family
from papersette.records import Paper, Venue
from papersette.sources import acl, easychair, jats, ris

V = Venue("v-2019", "V 2019", 2019)
JATS = """<article><front><article-meta><contrib-group>
<contrib contrib-type="author"><name><surname>Elm Ash</surname><given-names>Ann</given-names>
</name></contrib><contrib contrib-type="author"><name name-style="eastern">
<surname>Mao</surname><given-names>Zedong</given-names></name></contrib>
<contrib contrib-type="author"><collab>The Ring Team</collab></contrib>
</contrib-group></article-meta></front></article>"""
ACL = """<collection id="2031.toy"><volume id="long" type="proceedings"><meta>
<booktitle>Toys</booktitle><year>2031</year></meta><paper id="1"><title>Rings</title>
<author><first>Ann</first><last>Elm Ash</last></author>
<author><last>Plato</last></author></paper></volume></collection>"""
WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Elm Ash, A
AF Elm Ash, Ann
TI Rings
UT WOS:0001
ER

EF
"""
EASYCHAIR = {
    "submission.csv": "#,title,authors,decision\n3,Rings,Ann Elm Ash,accept\n",
    "author.csv": "submission #,first name,last name\n3,Ann,Elm Ash\n",
}


def read(source, settings):
    (paper,) = (item for item in source.read(settings) if isinstance(item, Paper))
    return [(author.name, author.family) for author in paper.authors]


@pytest.mark.parametrize(
    ("source", "name", "text", "rest"),
    [
        (jats, "a.xml", JATS, [("Mao Zedong", "Mao"), ("The Ring Team", None)]),
        (acl, "a.xml", ACL, [("Plato", None)]),
        (ris, "savedrecs.txt", WOS, []),
    ],
    ids=["jats", "acl", "web-of-science"],
)
def test_a_format_with_family_names_of_its_own_keeps_them(tmp_path, source, name, text, rest):
    (tmp_path / name).write_text(text, encoding="utf-8")
    authors = read(source, source.Settings(V, tmp_path / name))
    assert authors == [("Ann Elm Ash", "Elm Ash"), *rest]


def test_easychair_keeps_the_last_name_of_its_authors(tmp_path):
    for name, text in EASYCHAIR.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = easychair.Settings(V, tmp_path)
    assert read(easychair, settings) == [("Ann Elm Ash", "Elm Ash")]


def test_a_family_name_that_comes_first_is_exported_as_such():
    assert csl.to_name("Mao Zedong", "Mao") == {"family": "Mao", "given": "Zedong"}
    assert parse_with_family("Maoz Edong", "Mao").family == "Edong"
