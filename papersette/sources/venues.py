"""Guess the venue, year and language of the papers of a source from most of the papers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from papersette.records import Paper
from papersette.sources import bibtex, columns, dates, frab, recognition, values
from papersette.text import to_slug

MOST = 0.6
"""Share of the papers that must agree on a venue or a language."""
NEARLY_ALL = 0.9
"""Share of the papers with a year that must agree for it to be the year of the venue."""
LONGEST_ID = 40
"""Longest venue_id made from a name, in characters."""
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
ACRONYM = re.compile(r"\b([A-Za-z]{2,5}) ?((?:19|20)\d\d)\b")
"""A short name before a year, as in icml2019."""
SHORT_YEAR = re.compile(r"(?<=[A-Za-z'_-])(\d\d)$")
"""A year in a name such as ALT19."""
FUNCTION_WORDS = {
    "en": "the of and to in is that for with we are this on by from",
    "fr": "le la les des une et dans est pour que sur par avec nous du",
    "de": "der die das und ist von mit den nicht ein eine wir für auf zu",
    "es": "el los las de que en una por con para del se es como y",
    "pt": "os as de que em uma por com para do da não se é no",
    "it": "il di che la per una con del sono della nel gli le non è",
    "ru": "и в на с по что для не из как это к от мы при",
    "ar": "في من على إلى أن هذا التي هذه عن مع بين ما هو الذي",
}
"""Language -> words that are in nearly every abstract of the language."""
FEWEST_WORDS = 30
"""Least number of function words for a guess of the language."""
KINDS = {"inproceedings": "conference", "conference": "conference", "article": "journal"}


@dataclass(frozen=True)
class Guess:
    """The probable venue of a source."""

    name: str
    venue_id: str
    year: int | None = None
    kind: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """The facts about a venue in a file."""

    name: str | None = None
    short_name: str | None = None
    year: int | None = None
    kind: str | None = None


def guess(found: recognition.Found, papers: Sequence[Paper], folder: Path) -> Guess:
    """Return the probable venue of the papers of a source in `folder`."""
    evidence = _read_evidence(found)
    label = to_label(found.path if found.path != folder else folder)
    if label.lower() in GENERIC:
        label = to_label(folder)
    year, doubts = _to_year(papers, evidence, f"{label} {to_label(folder)}")
    name = evidence.short_name or evidence.name or label
    if year and evidence.short_name and not YEAR.search(name):
        name = f"{name} {year}"
    kind = evidence.kind or "list"
    return Guess(name, to_venue_id(evidence.short_name or label, year), year, kind, tuple(doubts))


GENERIC = set(
    "papers paper publications references bibliography library export data main items works "
    "citations savedrecs zotero".split()
)
"""Names of files that are no evidence for a venue."""


def to_label(path: Path) -> str:
    """Return the name of a file or folder as a title.

    >>> to_label(Path("lab_papers-2019.bib")), to_label(Path("Études d'été"))
    ('Lab papers 2019', "Études d'été")
    >>> to_label(Path("icml2019.csv"))
    'ICML 2019'
    """
    stem = path.stem if path.suffix.lower() in {*recognition.SUFFIXES, ".txt"} else path.name
    text = " ".join(re.split(r"[\s_-]+", stem)).strip()
    text = ACRONYM.sub(lambda found: f"{found.group(1).upper()} {found.group(2)}", text)
    return text[:1].upper() + text[1:] or "Papers"


def to_venue_id(name: str, year: int | None) -> str:
    """Return a short name for addresses, with the year if there is one.

    >>> to_venue_id("ALT", 2019), to_venue_id("ALT19", 2019), to_venue_id("Our papers", None)
    ('alt-2019', 'alt-2019', 'our-papers')
    """
    slug = to_slug(SHORT_YEAR.sub("", name) if year else name)[:LONGEST_ID].strip("-") or "papers"
    return slug if not year or str(year) in slug else f"{slug}-{year}"


def _read_evidence(found: recognition.Found) -> Evidence:
    if found.kind == "bibtex":
        return _of_bibtex(found.path)
    if found.kind == "table":
        rows = recognition.Content(found.path).rows
        column = columns.find_venue_column(list(rows[0])) if rows else None
        return Evidence(name=most_common(row.get(column) for row in rows) if column else None)
    if found.kind == "openreview":
        items = recognition.Content(found.path).items
        given = (item.get("invitation") or item.get("invitations") for item in items)
        names = (one[0] if isinstance(one, list) and one else one for one in given)
        groups = (str(name or "").partition("/-/")[0] for name in names)
        parts = (most_common(groups) or "").split("/")
        if len(parts) > 1 and YEAR.fullmatch(parts[1]):
            short = parts[0].partition(".")[0]
            return Evidence(None, short, int(parts[1]), "conference")
    if found.kind == "frab":
        conference = frab.load_schedule(found.path).conference
        year = dates.to_year(conference.get("start"))
        return Evidence(None, values.to_text(conference.get("title")), year, "conference")
    return Evidence(name="arXiv", kind="preprints") if found.kind == "arxiv" else Evidence()


def _of_bibtex(path: Path) -> Evidence:
    entries = list(bibtex.read_fields(path))
    volumes = [fields for kind, fields in entries if kind == "proceedings"]
    papers = [(kind, fields) for kind, fields in entries if kind != "proceedings"]
    names = [fields.get("booktitle") or fields.get("journal") for _, fields in papers]
    name = most_common(names)
    kind = most_common(KINDS.get(kind) for kind, _ in papers)
    if len(volumes) != 1 or (name is None and any(names)):
        return Evidence(name, None, None, kind if name else None)
    volume = volumes[0]
    title = name or volume.get("name") or volume.get("booktitle") or volume.get("title")
    year = dates.to_year(volume.get("year"))
    return Evidence(title, volume.get("shortname"), year, "conference")


def most_common(given: Iterable[str | None], share: float = MOST) -> str | None:
    """Return the value that at least this share of all items have; None if there is none."""
    counts = Counter(values.to_text(value) for value in given)
    for text, count in counts.most_common(1):
        if text and count >= share * counts.total():
            return text
    return None


def _to_year(
    papers: Sequence[Paper], evidence: Evidence, label: str
) -> tuple[int | None, list[str]]:
    """Return the year of a venue, or None if its papers are from several; and doubts about it."""
    years = Counter(paper.year for paper in papers if paper.year)
    count = len(papers) - years.total()
    missing = f"{count:,} of {len(papers):,} papers {'has' if count == 1 else 'have'} no year"
    for common, count in years.most_common(1):
        is_one = count >= NEARLY_ALL * years.total()
        if years.total() == len(papers):
            return (common if is_one else None), []
        if is_one:
            return common, [f"{missing}; they get {common}, as the others"]
        return None, [f"{missing}, and the others are of several years; add it to the metadata"]
    year = evidence.year or _year_in(evidence.name or "") or _year_in(label)
    if year is None:
        return None, ["no paper has a year; add “year: …” to the venue in the catalog"]
    if evidence.year:
        return year, []
    return year, [f"no paper has a year; {year} is taken from a name: correct it if it is wrong"]


def _year_in(text: str) -> int | None:
    if found := YEAR.search(text):
        return int(found.group())
    found = next((m for word in text.split() if (m := SHORT_YEAR.search(word))), None)
    return 2000 + int(found.group(1)) if found and int(found.group(1)) < 50 else None


def guess_language(papers: Iterable[Paper]) -> str | None:
    """Return the language of most titles and abstracts, or None if it is unclear."""
    words = Counter(
        word
        for paper in papers
        for word in re.findall(r"\w+", f"{paper.title or ''} {paper.abstract or ''}".lower())
    )
    counts = Counter(
        {lang: sum(words[w] for w in listed.split()) for lang, listed in FUNCTION_WORDS.items()}
    )
    (language, first), (_, second) = counts.most_common(2)
    return language if first >= FEWEST_WORDS and second < MOST * first else None
