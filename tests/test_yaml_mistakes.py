"""Mistakes in a catalog are explained in plain words, with the line and what to write instead."""

import re

import pytest
import yaml

from papersette.catalogs import catalog
from papersette.errors import UserError
from papersette.yaml_mistakes import explain

TABLE = "sources:\n  - kind: table\n    file: papers.csv\n    venue: {venue_id: v, name: V}\n"
MISTAKES = {
    "a tab indents": ("sources:\n\t- kind: table\n", 2, "a tab at its start", "  - kind: table"),
    "a tab after the colon": ("title:\tT\n", 1, "a tab between key and value", "title: T"),
    "a tab between spaces": ("sources:\n  - kind: a\n  \tfile: b\n", 3, "a tab", "    file: b"),
    "an unquoted colon": ("title: A: b\n", 1, "a second colon", 'title: "A: b"'),
    "a colon at the end": ("title: A talk at 9:\n", 1, "second colon", 'title: "A talk at 9:"'),
    "a colon and quotes": ("title: A \"b\": c\n", 1, "second colon", "title: 'A \"b\": c'"),
    "a colon in an item": ("- name: A: b\n", 1, "a second colon", '- name: "A: b"'),
    "no space after the colon": ("title:T\nnotice: N\n", 1, "no space after the colon", "title: T"),
    "none in the second line": ("title: T\nnotice:N\na: b\n", 2, "after the colon", "notice: N"),
    "none in an item": ("- kind:table\n  file: b\n", 1, "no space after the colon",
                        "- kind: table"),
    "no colon": ("title: T\nnotice N\na: b\n", 2, "no colon after the key", "notice: N"),
    "an equals sign": ("title = T\na: b\n", 1, "no colon after the key", "title: T"),
    "no space after the dash": ("a:\n  -kind: b\n    file: c\n", 2, "after the “-”", "  - kind: b"),
    "indented below a value": ("title: T\n  notice: N\n", 2, "must be 0", "notice: N"),
    "one space too few": ("- kind: a\n file: b\n", 2, "by 1 space; after “- kind: a”", "  file: b"),
    "too many spaces": ("- kind: a\n    file: b\n", 2, "it must be 2", "  file: b"),
    "an item too far left": ("a:\n  - b: c\n - b: d\n", 3, "it must be 2", "  - b: d"),
    "an item below a key": ("a:\n  - b\nc: d\n- e\n", 4, "it must be 2", None),
    "an open double quote": ('title: "T\na: b\n', 1, "double quote that is not", 'title: "T"'),
    "an open single quote": ("title: 'T\na: b\n", 1, "single quote that is not", "title: 'T'"),
    "one that the next closes": ('title: "T\na: "b"\n', 1, "that is not closed", 'title: "T"'),
    "text after a quote": ('title: "A" and B\n', 1, "after the closing quote",
                           "title: '\"A\" and B'"),
    "an apostrophe": ("title: 'It's here'\n", 1, "after the closing quote", 'title: "It\'s here"'),
    "a colour without quotes": ("title: T\nsite: {accent: #14548c}\n", 2, "begins a comment",
                                'site: {accent: "#14548c"}'),
    "text after braces": ("title: {Deep} nets\n", 1, "closing bracket", 'title: "{Deep} nets"'),
    "text after brackets": ("title: [Draft] A\n", 1, "closing bracket", 'title: "[Draft] A"'),
    "an open bracket": ("title: [T\na: b\n", 1, "“[” that is not closed", "title: [T]"),
    "an open brace": ("venue: {a: b\nc: d\n", 1, "“{” that is not closed", "venue: {a: b}"),
    "a colon in braces": ("venue: {a: B: c}\n", 1, "near “: c}”: separate", None),
    "no comma in braces": ("venue: {a: b c: d}\n", 1, "its parts by commas", None),
    "no comma over two lines": ("venue: {a: b\n  c: d}\n", 2, "a comma is missing", None),
    "a backslash": ('file: "C:\\papers.bib"\n', 1, "a backslash in", "file: 'C:\\papers.bib'"),
    "a no-break space after a colon": ("title:\u00a0T\na: b\n", 1, "U+00A0", "title: T"),
    "a no-break space that indents": ("- a: b\n\u00a0\u00a0c: d\n", 2, "U+00A0", "  c: d"),
    "a wide colon": ("title：T\na: b\n", 1, "a wide colon", "title: T"),
    "two documents": ("title: T\n---\na: b\n", 2, "begins a second document", None),
    "a line with %": ("% Our papers\ntitle: T\n", 1, "begin a comment with “#”", "# Our papers"),
    **{
        f"a value that begins with {c}": (f"title: {c} T\n", 1, f"“{c}”, which YAML keeps",
                                          f'title: "{c} T"')
        for c in "%@`*&|>?-,]}"
    },
    "a word that begins with *": ("title: *T\n", 1, "“*”, which YAML keeps", 'title: "*T"'),
    "a word that begins with !": ("title: !T\n", 1, "“!”, which YAML keeps", 'title: "!T"'),
    "bold Markdown": ("title: **T**\n", 1, "“*”, which YAML keeps", 'title: "**T**"'),
}  # fmt: skip
"""What is wrong ->
(text, line, part of the explanation, the line as it should be if that is clear)."""


def mistake(text):
    with pytest.raises(yaml.YAMLError) as raised:
        yaml.safe_load(text)
    return explain(text, raised.value)


@pytest.mark.parametrize(("text", "line", "part", "correction"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_explained_with_its_line_and_the_correction(text, line, part, correction):
    found, message = mistake(text)
    wrong = text.splitlines()[line - 1]
    assert found == line
    assert message.startswith("“" + wrong.replace("\t", "→") + "”")
    assert part in message
    assert correction is None or message.endswith(f"; write “{correction}”")


@pytest.mark.parametrize(
    ("text", "line", "correction"),
    [(text, line, correction) for text, line, _, correction in MISTAKES.values() if correction],
    ids=[name for name, (_, _, _, correction) in MISTAKES.items() if correction],
)
def test_the_corrected_line_can_be_read(text, line, correction):
    lines = text.splitlines()
    lines[line - 1] = correction
    assert yaml.safe_load("\n".join(lines) + "\n")


@pytest.mark.parametrize("text", [text for text, *_ in MISTAKES.values()], ids=MISTAKES)
def test_no_word_of_the_parser_is_shown(text):
    _, message = mistake(text)
    assert not re.search(
        "scann|pars|token|flow|scalar|node|<block|anchor|alias|constructor", message
    )


def test_an_error_without_a_rule_shows_its_line():
    assert mistake("a: b\n<<: x\n") == (
        2,
        "“<<: x” cannot be read; "
        "compare its indentation, quotes and colons with the lines above it",
    )


def test_long_lines_are_cut_and_take_no_time():
    _, message = mistake("a: b" + " " * 200_000 + ": c")
    assert len(message) < 400


READABLE = {
    "a key twice": ("title: T\ntitle: U\n" + TABLE,
                    "line 2: “title” is given twice, in lines 1 and 2"),
    "a field twice": (
        "title: T\n" + TABLE.replace("    file", "    kind: table\n    file"),
        "line 4: “kind” is given twice, in lines 3 and 4",
    ),
    "a column twice": (
        "title: T\n" + TABLE + "    columns: {title: A, title: B}\n",
        "“title” is given twice",
    ),
    "no space after a colon in braces": (
        "title: T\n" + TABLE.replace("name: V", "name:V"),
        "“name:V” is not a known key; it has no space after the colon: write “name: V”",
    ),
    "no space after the dash": (
        "title: T\nsources:\n  -kind: table\n",
        "line 3: “sources” must be a list of at least one source, each beginning with “- kind: …”; "
        "its line has no space after the “-”: write “- kind: table”",
    ),
    "no dash": (
        "title: T\n" + TABLE.replace("- ", "  "),
        "“sources” must be a list of at least one source, each beginning with “- kind: …”",
    ),
    "a no-break space before a key": (
        "title: T\n" + TABLE.replace("    file", "\u00a0\u00a0\u00a0\u00a0file"),
        "has a no-break space (U+00A0) at its start",
    ),
    "a mark in the middle": ("title: T\n\ufeff" + TABLE, "an invisible byte order mark (U+FEFF)"),
    "a number as text": ("title: 2019\n" + TABLE,
                         'must be text, not “2019”; put it in quotes: "2019"'),
    "a word that YAML takes for false": ("title: No\n" + TABLE, 'put it in quotes: "No"'),
    "a time that YAML takes for a number": ("title: 12:30\n" + TABLE, 'put it in quotes: "12:30"'),
    "a comment as value": ("title: #1 papers\n" + TABLE,
                           "“#” begins a comment: put the value in quotes"),
    "no value": ("title:\n" + TABLE, "“title” must be text, but has no value; give it one"),
    "lines without keys": ("title = T\n", "must be a mapping, lines “key: value”"),
    "a number as key": ("2019: T\n" + TABLE, "“2019” is not a known key"),
}  # fmt: skip
"""What YAML can read, and a catalog cannot mean -> (text, part of the message)."""


@pytest.mark.parametrize(("text", "part"), READABLE.values(), ids=READABLE)
def test_what_yaml_reads_otherwise_than_meant_is_explained(tmp_path, text, part):
    (tmp_path / "papers.csv").write_text("title\nA\n")
    path = tmp_path / "mine.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        catalog.load(path, tmp_path)
    assert part in str(raised.value)
    assert str(raised.value).startswith(f"{path}, line ")


def test_a_catalog_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path):
    (tmp_path / "papers.csv").write_text("title\nA\n")
    text = ("title: T\n" + TABLE).replace("\n", "\r\n")
    (tmp_path / "mine.yml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert catalog.load(tmp_path / "mine.yml", tmp_path).title == "T"


def test_a_catalog_in_utf_16_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "mine.yml").write_bytes(("title: T\n" + TABLE).encode("utf-16"))
    with pytest.raises(UserError, match="is UTF-16; save it as UTF-8"):
        catalog.load(tmp_path / "mine.yml", tmp_path)
