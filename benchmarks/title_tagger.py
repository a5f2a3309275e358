"""Compare the rules for titles with a sequence tagger: `python benchmarks/title_tagger.py`.

The tagger is a conditional random field (python-crfsuite, in requirements-dev.txt) over the words
of an entry. It is trained on the hand-segmented lists of excite-dev and tested five-fold by paper,
so that it has seen the styles of its test papers only in other papers. No part of it is shipped.
Both get the same entries, as divided by papersette; the tagger replaces their titles. The figures
are those of benchmarks/references.py.
"""

from __future__ import annotations

import dataclasses
import html
import re
import sys
import tempfile
import time
from pathlib import Path

import pycrfsuite
from measures.reference_truth import TAG, read_lines, read_references
from references import DATA, Collection, compare_with, print_table, read_entries

from papersette.knowledge.citations import Entry

FOLDS = 5
PIECE = re.compile(r"<(/?)([a-z-]+)>|([^<]+)")
LABELS = {"title": "title", "author": "author", "editor": "author", "year": "year",
          "source": "source", "publisher": "source", "other": "other"}  # fmt: skip
LABEL = re.compile(r"^\s*(?:\[\w+\]|\(?\d{1,3}[.)])\s*")
Sequence = tuple[list[str], list[str]]
"""(words of an entry, their labels)."""


def main() -> None:
    folder = DATA / "excite-dev"
    if not folder.is_dir():
        sys.exit("benchmarks/title_tagger.py: needs excite-dev/; set PAPERSETTE_DATA")
    paths = sorted((folder / "pdfs").glob("*.pdf"))
    truth = [folder / "gold" / f"{path.stem}.xml" for path in paths]
    rules, tagged = Collection(), Collection()
    for fold in range(FOLDS):
        train = [path for i, path in enumerate(truth) if i % FOLDS != fold]
        tagger = train_tagger([to_entry(line) for path in train for line in read_lines(path)])
        for i in range(fold, len(paths), FOLDS):
            entries, _ = read_entries(paths[i], rules)
            compare_with(read_references(truth[i]), entries, rules)
            compare_with(read_references(truth[i]), retitle(entries, tagger, tagged), tagged)
    print_table({"rules": rules, "tagger": tagged})


def retitle(entries: list[Entry], tagger: pycrfsuite.Tagger, own: Collection) -> list[Entry]:
    """Return the entries with the titles that the tagger finds; count its time."""
    started = time.process_time()
    found = []
    for entry in entries:
        words = LABEL.sub("", entry.raw).split()
        title = join(words, tagger.tag(to_features(words)))
        found.append(dataclasses.replace(entry, title=title or None))
    own.milliseconds.append(1000 * (time.process_time() - started))
    return found


def to_entry(line: str) -> Sequence:
    """Return the words of a line in EXCITE's format, each with the label of its first letter."""
    text, inside = "", [""]
    labels: list[str] = []
    for closing, element, part in PIECE.findall(line):
        if part:
            plain = html.unescape(part)
            if text[-1:] in {",", ".", ":", ")"} and plain[0].isalnum():
                plain = f" {plain}"  # in the truth, some elements lack the space before them
            text += plain
            own = next((LABELS[e] for e in reversed(inside) if e in LABELS), "none")
            labels += [own] * len(plain)
        elif closing:
            inside = inside[:-1]
        else:
            inside.append(element)
    words = list(re.finditer(r"\S+", text))
    return [match[0] for match in words], [_label(match, labels) for match in words]


def _label(word: re.Match[str], labels: list[str]) -> str:
    first = next((i for i, c in enumerate(word[0]) if c.isalnum()), 0)
    return labels[word.start() + first]


def train_tagger(entries: list[Sequence]) -> pycrfsuite.Tagger:
    trainer = pycrfsuite.Trainer(verbose=False)
    for words, labels in entries:
        trainer.append(to_features(words), labels)
    trainer.set_params({"c1": 0.1, "c2": 0.01, "max_iterations": 60})
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "titles.crf"
        trainer.train(str(model))
        print(f"trained on {len(entries)} entries, {model.stat().st_size >> 10} KiB", flush=True)
        tagger = pycrfsuite.Tagger()
        tagger.open(str(model))
    return tagger


def to_features(words: list[str]) -> list[list[str]]:
    shapes = [to_shape(word) for word in words]
    years = [bool(re.search(r"(?:19|20)\d\d", word)) for word in words]
    rows = []
    for i in range(len(words)):
        row = [f"position={i * 10 // len(words)}", f"year before={any(years[:i])}"]
        for step in (-2, -1, 0, 1, 2):
            if 0 <= i + step < len(words):
                row += [f"{step}:{part}" for part in shapes[i + step]]
        rows.append(row)
    return rows


def to_shape(word: str) -> list[str]:
    plain = word.strip("\"“”„‘’'«»()[].,;:?!").casefold()
    masked = re.sub(
        r"\d+", "9", re.sub(r"[^\W\d_]+", lambda m: "A" if m[0][0].isupper() else "a", word)
    )
    return [f"w={plain}", f"shape={masked[:8]}", f"first={word[0]}", f"last={word[-1]}"]


def join(words: list[str], labels: list[str]) -> str:
    """Return the words of the first run that are labelled as the title."""
    if "title" not in labels:
        return ""
    start = labels.index("title")
    end = next((i for i in range(start, len(labels)) if labels[i] != "title"), len(labels))
    return TAG.sub("", " ".join(words[start:end])).strip("\"“”„‘’'«»(). ,;:")


if __name__ == "__main__":
    main()
