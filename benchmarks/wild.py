"""Measure what is read from PDFs of many kinds: `python benchmarks/wild.py`.

Prints title, authors, language, words and references of each file of wild-pdfs. The truth in
tests/truth/wild.json was read by eye. Words are the share of the words of `pdftotext` (Debian:
poppler-utils) that our text contains; running heads are dropped from both.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from papersette.fulltext import Text, cleaning, extract
from papersette.knowledge.citations import parse_references
from papersette.text import to_key

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
TRUTH = ROOT / "tests" / "truth" / "wild.json"
WORDS_NEEDED = 0.97
FEWEST_WORDS = 30
"""Least number of words, by pdftotext, of a file that is compared."""


class Figures(NamedTuple):
    """Figures of one file, compared with the truth."""

    title: bool
    right: int
    """Number of authors read that are right."""
    read: int
    """Number of authors read."""
    known: int
    """Number of authors in the truth."""
    language: bool
    words: float | None
    """Share of pdftotext's words that were read; None if it has too few."""
    references: int
    spoken: str
    """Language of the file."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, help="the folder with wild-pdfs/ (%(default)s)"
    )
    parser.add_argument("--ocr", action="store_true", help="recognise scanned pages")
    options = parser.parse_args()
    truth = json.loads(TRUTH.read_text())
    paths = sorted((options.data / "wild-pdfs").glob("*.pdf"))
    rows = []
    for path, text in extract(paths, jobs=2, ocr=options.ocr):
        figures = measure(path, text, truth[path.stem])
        print("\n".join(describe(path, text, figures)), flush=True)
        rows.append(figures)
    print("\n".join(summarise(rows)))
    for language in sorted({row.spoken for row in rows}):
        print(summarise_language(language, [row for row in rows if row.spoken == language]))


def measure(path: Path, text: Text | str, truth: dict) -> Figures:
    title, authors, language, words, references = read(path, text)
    known = {to_key(name) for name in truth["authors"]}
    return Figures(
        to_key(title or "") == to_key(truth["title"]),
        sum(to_key(name) in known for name in authors),
        len(authors),
        len(known),
        language == truth["language"],
        words,
        references,
        truth["language"],
    )


def read(path: Path, text: Text | str) -> tuple:
    """Return title, authors, language, share of words and number of references of a file."""
    reference = read_pdftotext_words(path)
    if isinstance(text, str):
        return None, (), None, 0.0 if len(reference) >= FEWEST_WORDS else None, 0
    ours = Counter(to_words("\n".join(f"{page.body}\n{page.refs}" for page in text.pages)))
    share = to_share(ours, reference) if len(reference) >= FEWEST_WORDS else None
    entries = parse_references(
        [(number, page.refs) for number, page in enumerate(text.pages, start=1) if page.refs]
    )
    return (
        text.front.title,
        tuple(a.name for a in text.front.authors),
        text.language,
        share,
        len(entries),
    )


def to_share(ours: Counter[str], theirs: list[str]) -> float:
    """Return the share of their words that we have; parts of one of our words also count.

    pdftotext splits words at small capitals ("E YE") and at Arabic ligatures.
    """
    left = ours.copy()
    missing = []
    for i, word in enumerate(theirs):
        if left[word] > 0:
            left[word] -= 1
        elif len(word) > 1:
            missing.append(i)
    windows = [
        (i - before, i + after) for i in missing for before in range(4) for after in range(4)
    ]
    found = {
        i
        for i, (start, end) in zip((i for i in missing for _ in range(16)), windows, strict=True)
        if end > start and ours["".join(theirs[max(0, start) : end + 1])] > 0
    }
    return 1 - (len(missing) - len(found)) / sum(len(word) > 1 for word in theirs)


def read_pdftotext_words(path: Path) -> list[str]:
    """Return the words of a file by pdftotext, without running heads and direction marks."""
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    plain = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", done.stdout)
    pages = cleaning.clean(plain.split("\f"))
    return list(to_words("\n".join("\n".join(page) for page in pages)))


def to_words(text: str) -> Iterator[str]:
    """Yield the words of a text: letters of any script, without accents, and no numbers."""
    folded = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return (found[0] for found in re.finditer(r"[^\W\d_]+", plain))


def describe(path: Path, text: Text | str, figures: Figures) -> list[str]:
    """Return the lines about one file: what was read, and whether it is right."""
    title, authors, language, words, references = read(path, text)
    share = "-" if words is None else f"{words:.3f}"
    return [
        path.name,
        f"  title       {'right' if figures.title else 'WRONG'}  {(title or '')[:100]}",
        f"  authors     {figures.right} right, {figures.read - figures.right} wrong, "
        f"{figures.known - figures.right} missing  {'; '.join(authors)}",
        f"  language    {'right' if figures.language else 'WRONG'}  {language}",
        f"  words       {share}      references  {references}",
    ]


def summarise_language(language: str, rows: list[Figures]) -> str:
    shares = [row.words for row in rows if row.words is not None]
    return (
        f"{language}: {len(rows)} files, {sum(row.title for row in rows)} titles right, "
        f"{sum(row.right for row in rows)} of {sum(row.known for row in rows)} authors, "
        f"lowest share of words {min(shares, default=0):.3f}"
    )


def summarise(rows: list[Figures]) -> list[str]:
    """Return the lines of the totals, each with the required value."""
    right, found = sum(row.right for row in rows), sum(row.read for row in rows)
    known = sum(row.known for row in rows)
    shares = [row.words for row in rows if row.words is not None]
    return [
        f"{len(rows)} files",
        f"titles right        {sum(row.title for row in rows)} (required 21)",
        f"by-lines            precision {right / max(1, found):.3f} (required 0.95), "
        f"recall {right / known:.3f}",
        f"languages right     {sum(row.language for row in rows)}",
        f"words ≥ {WORDS_NEEDED}        {sum(s >= WORDS_NEEDED for s in shares)} of {len(shares)}, "
        f"lowest {min(shares):.3f}",
        f"references found    {sum(row.references for row in rows)}",
    ]


if __name__ == "__main__":
    if not (DATA / "wild-pdfs").is_dir() and "--data" not in sys.argv:
        sys.exit("benchmarks/wild.py: needs the folder wild-pdfs/; set PAPERSETTE_DATA or --data")
    main()
