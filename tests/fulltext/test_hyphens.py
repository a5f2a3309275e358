"""Words that a line end broke: the paper decides, and where it cannot, the corpus does."""

from pathlib import Path

from papersette.fulltext import Page, Text
from papersette.fulltext.compounds import restore_compounds
from papersette.fulltext.reading import Job, read_file


def broken(tmp_path, name, lines):
    path = tmp_path / f"{name}.txt"
    path.write_text("\n".join(lines))
    return path, read_file(Job(path))


def text(body):
    return Text((Page(body),), "00")


def restore(tmp_path, lines, *others):
    path, own = broken(tmp_path, "own", lines)
    texts = {path: own} | {Path(f"{n}.txt"): text(body) for n, body in enumerate(others)}
    return restore_compounds(texts)[path].pages[0].body


BREAK = ["We use a fully-", "connected layer."]


def test_the_corpus_restores_the_hyphen_of_a_compound(tmp_path):
    assert "fully-connected" in restore(tmp_path, BREAK, "A fully-connected layer is used.")


def test_the_corpus_may_write_the_word_without_a_hyphen(tmp_path):
    others = ("A fully-connected layer.", "It is fullyconnected.", "All fullyconnected.")
    assert "fullyconnected" in restore(tmp_path, BREAK, *others)


def test_a_word_without_a_hyphen_is_joined(tmp_path):
    assert "anisotropic" in restore(
        tmp_path, ["The noise is aniso-", "tropic here."], "Other text."
    )


def test_two_common_words_that_no_text_joins_are_a_compound(tmp_path):
    others = ["The gradient is large.", "A weighted gradient.", "All weighted, by gradient."]
    others.append("A gradient. Weighted.")
    body = restore(tmp_path, ["This is gradient-", "weighted."], *others)
    assert "gradient-weighted" in body


def test_what_a_text_broke_itself_is_no_evidence_for_other_texts(tmp_path):
    path, own = broken(tmp_path, "own", BREAK)
    other, second = broken(tmp_path, "second", BREAK)
    third = Path("third.txt")
    texts = {path: own, other: second, third: text("One fully-connected layer.")}
    restored = restore_compounds(texts)
    assert all("fully-connected" in restored[p].pages[0].body for p in texts)


def test_files_without_text_keep_their_reasons():
    assert restore_compounds({Path("a.pdf"): "has no text"}) == {Path("a.pdf"): "has no text"}
