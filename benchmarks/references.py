"""Measure how completely reference lists are found and parsed: `python benchmarks/references.py`.

excite-dev, whose lists are segmented by hand: a reference is found if an entry of the same paper
has its title at a rapidfuzz ratio of at least 80 (benchmarks/measures/reference_truth.py). Year,
first author and exact title (equal without case, spaces and punctuation) are shares of the
references found.

ALT 2019 and ICLR 2019 have no such truth. Their citations in the text, "(Kingma & Ba, 2014)", are
used instead: recall is the share whose first author is in the paper's list, and year the share of
these that also have the year. Precision is the share of entries whose first author and year are
near each other in the text, in papers that cite by author and year. First author and exact title:
of the entries of works with three or more entries, the shares that agree with most entries of that
work.

Milliseconds are those of one process from the cleaned lines to the entries, with the layout of the
pages that contain a list. `--errors` lists the references of excite-dev that are missing and the
entries that are wrong, by class.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from citations import find_citations, to_bare_key
from measures import reference_truth
from rapidfuzz import fuzz

from papersette.fulltext import cleaning, engines, entry_layout, references
from papersette.knowledge.citations import Entry, group_works, parse_references, to_title_key

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
SAME_BOUNDARIES = 85
"""Least rapidfuzz partial ratio of a missing title and the entry that contains it."""
COMMON = 3
"""Least number of entries of a work whose entries are compared with each other."""
CITED_YEAR = re.compile(r"(?:19|20)\d\d")
CITED_NAME = re.compile(r"[^\W\d_a-z][\w’'-]+")
BY_AUTHOR = 0.5
"""Share of entries cited by author and year above which a paper counts as citing in this way."""


SMALL_WORDS = {
    "en": "the of and in on for to with from how what is are an at by",
    "de": "der die das und zur zum im von des den dem für ein eine einer über als bei nach mit ist",
    "fr": "le la les des du et dans une pour sur au aux par l d",
    "es, pt": "el los las del y en un una para por con do da dos das no na ao em e o os as",
}


@dataclass
class Collection:
    """The figures of one collection."""

    papers: int = 0
    entries: int = 0
    milliseconds: list[float] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)

    def share(self, part: str, whole: str) -> float:
        """Return one count as a share of another."""
        return self.count[part] / max(1, self.count[whole])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="%(default)s")
    parser.add_argument("--iclr", type=Path, help="text/papers of the unpacked search_iclr_2019")
    parser.add_argument("--every", type=int, default=1, help="read every n-th paper of ICLR 2019")
    parser.add_argument("--errors", action="store_true", help="list the errors on excite-dev")
    options = parser.parse_args()
    if not (options.data / "excite-dev").is_dir():
        sys.exit("benchmarks/references.py: needs excite-dev/; set PAPERSETTE_DATA or --data")
    columns = {"excite-dev": measure_excite(options.data / "excite-dev", options.errors)}
    if options.errors:
        return
    print("excite-dev, recall by language of the title: " + ", ".join(by_language(columns)))
    columns["ALT 2019"] = measure_texts(sorted((options.data / "alt2019").glob("*.pdf")))
    if options.iclr:
        texts = sorted(options.iclr.glob("*.txt"))[:: options.every]
        columns["ICLR 2019"] = measure_texts(texts)
    print_table(columns)


def by_language(columns: dict[str, Collection]) -> Iterator[str]:
    own = columns["excite-dev"]
    for code in ("en", "de", "fr", "es, pt", "ru"):
        total = own.count[f"to recall {code}"]
        if total:
            yield f"{code} {own.share(f'recalled {code}', f'to recall {code}'):.3f} of {total}"


def print_table(columns: dict[str, Collection]) -> None:
    print(f"{'':14}" + "".join(f"{name:>12}" for name in columns))
    for name, show in ROWS.items():
        print(f"{name:14}" + "".join(f"{show(own):>12}" for own in columns.values()))


ROWS: dict[str, Callable[[Collection], str]] = {
    "papers": lambda own: f"{own.papers:,}",
    "entries": lambda own: f"{own.entries:,}",
    "recall": lambda own: f"{own.share('recalled', 'to recall'):.4f}",
    "precision": lambda own: f"{own.share('right', 'judged'):.4f}",
    "F1": lambda own: f"{to_f1(own):.4f}",
    "year": lambda own: f"{own.share('year', 'years'):.4f}",
    "first author": lambda own: f"{own.share('first author', 'authors'):.4f}",
    "exact title": lambda own: f"{own.share('exact title', 'titles'):.4f}",
    "ms, mean": lambda own: f"{sum(own.milliseconds) / max(1, len(own.milliseconds)):.1f}",
    "ms, longest": lambda own: f"{max(own.milliseconds, default=0):.0f}",
}


def to_f1(own: Collection) -> float:
    """Return the harmonic mean of recall and precision."""
    recall, precision = own.share("recalled", "to recall"), own.share("right", "judged")
    return 2 * recall * precision / max(1e-9, recall + precision)


def read_entries(path: Path, own: Collection) -> tuple[list[Entry], str]:
    """Return the entries and the body text of one file."""
    is_text = path.suffix == ".txt"
    raw = engines.read_text(path) if is_text else engines.read_best(path)
    lines = cleaning.clean([page.text for page in raw])
    started = time.process_time()
    separated = references.separate_references(lines)
    marked = entry_layout.mark_entries(path, [refs for _, refs in separated])
    lists = [(number, "\n".join(refs)) for number, refs in enumerate(marked, 1) if refs]
    entries = parse_references(lists)
    own.milliseconds.append(1000 * (time.process_time() - started))
    own.papers += 1
    own.entries += len(entries)
    return entries, "\n".join(line for body, _ in separated for line in body)


def measure_excite(folder: Path, errors: bool = False) -> Collection:
    """Compare the papers of a folder in EXCITE's format, `pdfs/` and `gold/`, with their truth."""
    own = Collection()
    for path in sorted((folder / "pdfs").glob("*.pdf")):
        entries, _ = read_entries(path, own)
        truth = reference_truth.read_references(folder / "gold" / f"{path.stem}.xml")
        compared = compare_with(truth, entries, own)
        if errors:
            print_errors(path.stem, compared, entries)
    return own


def compare_with(
    truth: Sequence[reference_truth.Reference], entries: Sequence[Entry], own: Collection
) -> reference_truth.Comparison:
    """Compare the entries of one paper with its truth, and count."""
    compared = reference_truth.compare(truth, entries)
    found, missing = len(compared.found), len(compared.missing)
    own.count.update({"recalled": found, "to recall": found + missing})
    own.count.update({"right": found, "judged": found + len(compared.wrong)})
    own.count.update(reference_truth.count_fields(compared.found))
    for reference in truth:
        if reference.title:
            own.count[f"to recall {to_language(reference.title)}"] += 1
    for reference, _ in compared.found:
        own.count[f"recalled {to_language(reference.title)}"] += 1
    return compared


def to_language(title: str) -> str:
    """Return the language of a title from its short words and letters; "en" if they show none."""
    words = Counter(re.findall(r"[^\W\d_]+", title.casefold()))
    scores = {code: sum(words[w] for w in own.split()) for code, own in SMALL_WORDS.items()}
    if re.search("[а-яё]", title.casefold()):
        return "ru"
    return max(scores, key=lambda code: (scores[code], code == "en"))


def print_errors(name: str, compared: reference_truth.Comparison, entries: list[Entry]) -> None:
    found, missing, wrong = (
        len(part) for part in (compared.found, compared.missing, compared.wrong)
    )
    print(f"\n{name}: {found} found, {missing} missing, {wrong} wrong")
    classes = defaultdict(list)
    for reference in compared.missing:
        classes[to_class(reference, entries)].append(reference.raw[:160])
    for entry in compared.wrong:
        classes["wrong entry"].append(f"{entry.raw[:160]} ⇒ {entry.title}")
    for label, examples in sorted(classes.items()):
        print(f"  {label}: {len(examples)}")
        print("".join(f"    {example}\n" for example in examples), end="")


def to_class(reference: reference_truth.Reference, entries: Sequence[Entry]) -> str:
    """Return a class of reasons why a reference of the truth was not found."""
    if not entries:
        return "no list"
    title = reference.title.casefold()
    inside = [
        entry
        for entry in entries
        if fuzz.partial_ratio(title, entry.raw.casefold()) >= SAME_BOUNDARIES
    ]
    if not inside:
        return "not in the lists found"
    if min(len(entry.raw) for entry in inside) > 1.5 * len(reference.raw) + 20:
        return "entries joined"
    if fuzz.ratio(reference.raw, inside[0].raw) < SAME_BOUNDARIES:
        return "entry divided or cut"
    return "other title"


def measure_texts(paths: Sequence[Path]) -> Collection:
    """Compare the entries of each paper with its citations in the text, and with each other."""
    own = Collection()
    every: list[Entry] = []
    for path in paths:
        entries, body = read_entries(path, own)
        count_cited(entries, body, own.count)
        every += entries
    count_agreement(every, own.count)
    return own


def count_cited(entries: Sequence[Entry], body: str, count: Counter[str]) -> None:
    years = defaultdict(set)
    for entry in entries:
        if entry.authors:
            years[to_bare_key(entry.authors[0].family)].add(entry.year)
    for first, _, year in find_citations(body):
        count["to recall"] += 1
        count["recalled"] += first in years
        count["years"] += first in years
        count["year"] += year in years.get(first, ())
    cited = set(names_near_years(body))
    right = sum(
        bool(entry.authors) and (to_bare_key(entry.authors[0].family), entry.year) in cited
        for entry in entries
    )
    if right >= BY_AUTHOR * len(entries) > 0:
        count.update({"right": right, "judged": len(entries)})


def names_near_years(body: str) -> Iterator[tuple[str, int]]:
    """Yield each capitalised word, as a name's key, with the year that follows it."""
    for year in CITED_YEAR.finditer(body):
        before = body[max(0, year.start() - 90) : year.start()]
        words = [found[0] for found in CITED_NAME.finditer(before)]
        for word in words:
            yield to_bare_key(word), int(year[0])
            yield to_bare_key(word).split("-")[0], int(year[0])


def count_agreement(entries: Sequence[Entry], count: Counter[str]) -> None:
    works: defaultdict[str, list[Entry]] = defaultdict(list)
    for index, key in group_works(entries).items():
        works[key].append(entries[index])
    for own in works.values():
        if len(own) >= COMMON:
            titles = Counter(to_title_key(entry.title or "") for entry in own)
            authors = Counter(to_bare_key(e.authors[0].family) if e.authors else "" for e in own)
            count.update({"titles": len(own), "exact title": titles.most_common(1)[0][1]})
            count.update({"authors": len(own), "first author": authors.most_common(1)[0][1]})


if __name__ == "__main__":
    main()
