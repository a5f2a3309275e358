"""The key `meaning` of a catalog: what is not valid is refused with its file, place and remedy."""

import pytest

from papersette.catalogs import catalog, meaning
from papersette.errors import UserError
from papersette.meaning.models import load_models

SOURCES = "sources:\n  - {kind: table, file: t.csv, venue: {venue_id: v, name: V 2019}}\n"
SHA = "0a" * 32
OWN = (
    "{repository: a/b, revision: 0123456789abcdef0123456789abcdef01234567, "
    "files: {model.onnx: {path: onnx/m.onnx, "
    f"sha256: {SHA}, size: 5}}, tokenizer.json: {{path: tokenizer.json, sha256: {SHA}}}}}"
)


@pytest.fixture
def load(tmp_path):
    (tmp_path / "t.csv").write_text("title\nDeep gardens\n")
    (tmp_path / "model").mkdir()
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / "model" / name).write_text(name)
    (tmp_path / "empty").mkdir()

    def load(value):
        path = tmp_path / "mine.yml"
        path.write_text(f"title: T\nmeaning: {value}\n{SOURCES}", encoding="utf-8")
        return catalog.load(path, tmp_path).meaning

    return load


@pytest.mark.parametrize("name", load_models())
def test_a_known_model_is_named(load, name):
    assert load(name) == load(f"{{model: {name}}}") == load_models()[name]


def test_without_the_key_there_is_no_model(tmp_path):
    (tmp_path / "t.csv").write_text("title\nDeep gardens\n")
    (tmp_path / "mine.yml").write_text(f"title: T\n{SOURCES}")
    assert catalog.load(tmp_path / "mine.yml", tmp_path).meaning is None


def test_a_local_folder_may_say_how_its_model_is_used(load, tmp_path):
    model = load("{folder: model, tokens: 128, query_prefix: 'query: ', floor: 0.4, licence: MIT}")
    assert model.folder == tmp_path / "model"
    assert (model.name, model.tokens, model.query_prefix, model.floor) == (
        "model",
        128,
        "query: ",
        0.4,
    )
    assert load("{model: mine, folder: model}").name == "mine"


def test_a_model_of_ones_own_on_a_hub_is_pinned(load):
    model = load(OWN + ", hub: 'https://hub.example.org', tokens: 512}")
    assert (model.name, model.tokens) == ("b", 512)
    assert model.to_urls()["model.onnx"] == (
        "https://hub.example.org/a/b/resolve/0123456789abcdef0123456789abcdef01234567/onnx/m.onnx",
        SHA,
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "all-minilm-l6",
            "“meaning” names “all-minilm-l6”, which is no known model; "
            "did you mean “all-MiniLM-L6-v2”",
        ),
        ("{model: x}", "“model” names “x”, which is no known model; known are all-MiniLM"),
        ("{}", "has no “model”"),
        ("3", "must be a mapping"),
        ("{modl: x}", "“modl” is not a known key; did you mean “model”?"),
        ("{folder: nosuch}", "names nosuch, which does not exist"),
        ("{folder: empty}", "names empty, which has no model.onnx and no tokenizer.json"),
        ("{folder: model, tokens: 3}", "must be a number of tokens from 8 to 8192"),
        ("{folder: model, floor: high}", "must be a cosine from 0 to 1"),
        ("{folder: model, hub: ftp://x}", "must be a web address, as https://huggingface.co"),
        ("{repository: a/b}", "has no “revision”"),
        (
            OWN.replace("0123456789abcdef0123456789abcdef01234567", "main") + "}",
            "must be the full hash of a commit",
        ),
        (OWN.replace(SHA, "abc", 1) + "}", "must be a SHA-256, 64 digits"),
    ],
)
def test_what_is_not_valid_is_told_with_its_line_and_the_remedy(load, value, message):
    with pytest.raises(UserError) as raised:
        load(value)
    assert "mine.yml, line 2:" in str(raised.value)
    assert message in str(raised.value)


def test_the_command_line_names_a_model_a_folder_or_none(tmp_path):
    assert meaning.from_option("off") is None
    assert meaning.from_option("multilingual-e5-small").licence == "MIT"
    with pytest.raises(
        UserError, match=r"--meaning “nosuch” is no known model; .*or name a folder"
    ):
        meaning.from_option("nosuch")
    with pytest.raises(UserError, match="has no model"):
        meaning.from_option(str(tmp_path))
