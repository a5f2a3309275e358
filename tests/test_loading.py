"""Files with limits: a part that cannot be used costs only itself, and a reason says so."""

import json
import os
import time

import pytest

from papersette import loading, markup
from papersette.errors import BadFile


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_deep_json_costs_only_the_deep_value(tmp_path):
    deep = "[" * 100_000 + "]" * 100_000
    path = write(tmp_path, "x.json", f'[{{"a": "]["}},\n {{"b": {deep}}}, {{"c": 1}}]')
    loaded = loading.load_json(path)
    assert (loaded.value[0], loaded.value[2]) == ({"a": "]["}, {"c": 1})
    assert loaded.reasons == [f"line 2 {loading.DEEP}"]
    assert len(json.dumps(loaded.value)) < 300


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, '["' + "[" * 9999, "", "{]"])
def test_json_that_is_damaged_is_refused_with_its_line(tmp_path, text):
    with pytest.raises(BadFile, match=r"x\.json, line \d+: is not JSON"):
        loading.load_json(write(tmp_path, "x.json", text))


def test_numbers_that_sqlite_cannot_store_are_floats_or_missing():
    value = loading.parse_json(f"[{'9' * 5000}, {2**63}, NaN, 5, -Infinity]").value
    assert value == [float("inf"), float(2**63), None, 5, None]


def test_a_yaml_bomb_of_aliases_is_left_out_at_once(tmp_path):
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"] + [
        f"{key}: &{key} [{','.join([f'*{before}'] * 9)}]"
        for before, key in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    started = time.monotonic()
    loaded = loading.load_yaml(write(tmp_path, "x.yml", "\n".join(lines)))
    assert time.monotonic() - started < 60
    assert len(str(loaded.value)) < 10_000_000
    assert loaded.reasons[0].startswith("line 6 has an alias")


def test_yaml_keeps_what_is_not_deep_recursive_or_a_date(tmp_path):
    text = (
        f"a: &a [1, *a]\nb: {'[' * 100 + ']' * 100}\nc: 2019-13-45\nd: 2019-01-02\ne: {'9' * 5000}"
    )
    loaded = loading.load_yaml(write(tmp_path, "x.yml", text))
    assert loaded.value["a"] == [1, None]
    assert (loaded.value["c"], str(loaded.value["d"])) == ("2019-13-45", "2019-01-02")
    assert loaded.value["e"] == "9" * 5000
    assert [reason[:6] for reason in loaded.reasons] == ["line 1", "line 2"]


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{a: " * 100_000, "a: [", "a: \0", "!!python/object:os.system x", "? [a]\n: b"],
)
def test_yaml_that_is_damaged_is_refused_with_its_line(tmp_path, text):
    with pytest.raises(BadFile, match=r"x\.yml, line 1: is not YAML"):
        loading.load_yaml(write(tmp_path, "x.yml", text))


def test_aliases_and_merges_that_expand_to_little_are_kept(tmp_path):
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a"
    assert loading.load_yaml(write(tmp_path, "x.yml", text)).value["b"] == {"x": 1, "y": 3}


def rows(path, delimiter=","):
    return [
        (line, row if isinstance(row, str) else list(row.values()))
        for line, row in loading.read_csv(path, delimiter)
    ]


def test_an_unclosed_quote_in_csv_costs_only_its_row(tmp_path):
    text = 'a,b\n1,2\n"open,3\n4,5\n"two\nlines",6\n7,"end'
    found = rows(write(tmp_path, "x.csv", text))
    assert [(line, row) for line, row in found if isinstance(row, list)] == [
        (2, ["1", "2"]), (4, ["4", "5"]), (6, ["two\nlines", "6"]),
    ]  # fmt: skip
    lost = [(line, row) for line, row in found if isinstance(row, str)]
    assert [line for line, _ in lost] == [3, 7]
    assert "close its quotes" in lost[0][1]


def test_a_field_over_128_kb_in_csv_costs_only_its_row(tmp_path):
    (_, first), (_, large), (_, last) = rows(
        write(tmp_path, "x.csv", f"a,b\n1,2\n{'x' * 140_000},3\n4,5\n")
    )
    assert (first, last) == (["1", "2"], ["4", "5"])
    assert "128 kB" in large


def test_quotes_inside_cells_are_text(tmp_path):
    assert rows(write(tmp_path, "x.csv", 'a,b\n"Deep" learning,2\n')) == [
        (2, ["Deep learning", "2"])
    ]
    assert rows(write(tmp_path, "x.tsv", 'a\tb\n"Why trust\t2\n'), "\t") == [
        (2, ['"Why trust', "2"])
    ]


def test_xml_that_is_cut_keeps_what_came_before(tmp_path):
    loaded = markup.load_xml(write(tmp_path, "x.xml", "<a>\n<b>1</b>\n<b>2"))
    assert [b.text for b in loaded.value] == ["1", "2"]
    assert loaded.reasons[0].startswith("line 3 is not XML")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY % b 'c'>]><a/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "<?xml version='1.0' encoding='x-none'?><a/>",
        "<a>" * 5000,
        "",
        "text",
        "<a>&undefined;</a>",
    ],
)
def test_hostile_xml_gives_a_reason(tmp_path, text):
    assert markup.load_xml(write(tmp_path, "x.xml", text)).reasons


def test_xml_may_have_a_document_type_and_the_entities_of_html(tmp_path):
    text = "<!DOCTYPE a SYSTEM 'dblp.dtd'>\n<a>Zo&euml; &amp; G&ouml;del &#233; &Zcaron;</a>"
    loaded = markup.load_xml(write(tmp_path, "x.xml", text))
    assert (loaded.value.text, loaded.reasons) == ("Zoë & Gödel é Ž", [])


def test_nothing_that_a_document_type_names_is_read(tmp_path):
    (tmp_path / "x.dtd").write_text("<!ENTITY secret 'read'>")
    for doctype in (
        f"<!DOCTYPE a SYSTEM '{tmp_path}/x.dtd'>",
        f"<!DOCTYPE a [<!ENTITY % d SYSTEM '{tmp_path}/x.dtd'> %d;]>",
    ):
        loaded = markup.load_xml(write(tmp_path, "x.xml", doctype + "<a>&secret;</a>"))
        assert "read" not in ("" if loaded.value is None else loaded.value.text)
        assert loaded.reasons


def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path):
    for encoding in ("iso-8859-1", "windows-1252", "utf-16"):
        text = f"<?xml version='1.0' encoding='{encoding}'?><a>Zoë</a>"
        (tmp_path / "x.xml").write_bytes(text.encode(encoding))
        assert markup.load_xml(tmp_path / "x.xml").value.text == "Zoë"


def test_a_file_that_is_no_regular_file_or_too_large_is_refused(tmp_path):
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(BadFile, match="is a folder; name a file in it"):
        loading.load_json(tmp_path / "folder.json")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(BadFile, match="not a regular file; correct its name"):
        loading.load_json(tmp_path / "pipe.json")
    with pytest.raises(BadFile, match="limit"):
        loading.read_text(write(tmp_path, "x.txt", "abcdef"), largest=5)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(BadFile, match="not UTF-8 at byte 3"):
        loading.read_text(tmp_path / "latin.txt")


def test_a_line_of_json_costs_only_itself_and_its_number_is_kept():
    deep = "[" * 100 + "]" * 100
    loaded = loading.load_json_lines(f'{{"a": 1}}\n\nnot JSON\r\n{{"b": {deep}}}\n')
    assert loaded.value[0] == {"a": 1}
    assert loaded.value[1] == "is not JSON: Expecting value"
    assert loaded.reasons == [f"line 4 {loading.DEEP}"]
