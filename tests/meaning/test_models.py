"""Which model a publication uses: known ones are pinned, and a folder is checked."""

from dataclasses import replace

import pytest

from papersette.errors import UserError
from papersette.meaning.models import (
    FILES,
    SHA256,
    find_model,
    load_models,
    read_description,
    read_folder,
    save_model,
)


@pytest.mark.parametrize("name", load_models())
def test_every_known_model_is_pinned_by_revision_and_sha256(name):
    model = load_models()[name]
    assert len(model.revision) == 40
    assert int(model.revision, 16)
    assert [key for key, _ in model.files] == list(FILES)
    assert all(SHA256.fullmatch(file.sha256) and file.size for _, file in model.files)
    for url, _ in model.to_urls().values():
        assert url.startswith(
            f"https://huggingface.co/{model.repository}/resolve/{model.revision}/"
        )


def test_a_misspelled_name_is_told_with_the_right_one():
    with pytest.raises(UserError, match="did you mean “all-MiniLM-L6-v2”"):
        find_model("all-minilm-L6-v2")
    with pytest.raises(UserError, match="known are all-MiniLM-L6-v2, multilingual-e5-small"):
        find_model("x")


def test_the_tokenizer_of_the_weights_is_the_pinned_one(minilm):
    pinned = dict(find_model("all-MiniLM-L6-v2").files)["tokenizer.json"]
    assert dict(read_folder(minilm).files)["tokenizer.json"].sha256 == pinned.sha256


def test_a_folder_without_the_files_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").touch()
    with pytest.raises(UserError, match=r"has no model\.onnx; the folder of a model has"):
        read_folder(tmp_path)


def test_a_file_that_is_not_the_pinned_one_is_refused(minilm):
    with pytest.raises(UserError, match=r"model\.onnx: has the SHA-256 8199be6f.*, not b941bf19"):
        read_folder(minilm, find_model("all-MiniLM-L6-v2"))


def test_vectors_depend_on_the_files_and_on_how_they_are_used(minilm):
    model = read_folder(minilm)
    assert replace(model, name="other", licence="x").key == model.key
    assert replace(model, text_prefix="passage: ").key != model.key
    assert replace(model, tokens=128).key != model.key
    assert replace(model, files=model.files[:1]).key != model.key


def test_a_saved_model_is_read_again(minilm, tmp_path):
    model = read_folder(minilm)
    save_model(model, tmp_path / "copy")
    found = read_description(tmp_path / "copy")
    assert found == replace(model, folder=tmp_path / "copy")
    assert (tmp_path / "copy/model.onnx").stat().st_size == model.files[0][1].size


def test_a_folder_whose_description_has_a_misspelled_key_is_refused(minilm, tmp_path):
    save_model(read_folder(minilm), tmp_path)
    (tmp_path / "model.json").write_text('{"name": "mine", "query_prefx": "query: "}')
    with pytest.raises(UserError, match=r"model\.json: does not describe a model; .*query_prefix"):
        read_folder(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1, "files": 3}', '{"nosuch": 1}'])
def test_a_damaged_description_describes_nothing(tmp_path, text):
    (tmp_path / "model.json").write_text(text)
    assert read_description(tmp_path) is None
