"""Find the column of each field of a table by the table's header."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from papersette.sources import values
from papersette.text import to_slug

FIELDS = (
    "paper_id title authors affiliations year published abstract tldr tags language decision "
    "ratings doi volume issue pages first_page last_page article_number venue url pdf_url file "
    "session session_kind session_start session_finish session_room"
).split()
"""Fields that a column can have; a column has the field of its name, except for venue: a column of
that name often repeats the catalog's venue."""
HEADERS = {
    "paper_id": "paperid id uid pid submissionid papernumber number key forum paperno no n # "
    "numero nr eid ut",
    "title": "title papertitle titles proposaltitle submissiontitle talktitle contributiontitle "
    "articletitle titre titredelarticle titredelacommunication titredelacontribution titel "
    "titulo titolo العنوان عنوان name ti",
    "authors": "authorfullnames authors author authornames authorlist authorname speakers speaker "
    "speakernames presenters presenter auteurs auteur auteures auteurices nomsdesauteurs autoren "
    "autorinnen verfasser autores autor autori autore المؤلفون المؤلفين المؤلف creators creator "
    "af au",
    "affiliations": "authorswithaffiliations affiliations affiliation institutions institution "
    "organizations etablissements etablissement",
    "year": "year publicationyear pubyear annee anneedepublication jahr erscheinungsjahr anno ano "
    "السنة سنةالنشر py",
    "published": "published date publicationdate datedepublication issued",
    "abstract": "abstract abstractnote summary description resume zusammenfassung resumen resumo "
    "riassunto الملخص ملخص ab",
    "tldr": "tldr tl dr onesentence",
    "tags": "tags keywords keyword authorkeywords manualtags topics topic subjects motscles "
    "motsclefs motcle schlagworte schlagworter schlusselworter stichworter palabrasclave "
    "palavraschave parolechiave الكلماتالمفتاحية primarysubjectarea",
    "language": "language lang languageoforiginaldocument langue sprache idioma lingua اللغة",
    "decision": "decision status statut papertype acceptance",
    "ratings": "ratings rating scores score reviews",
    "doi": "doi doinumber doilink di",
    "volume": "volume vol vl",
    "issue": "issue issuenumber issueno is",
    "pages": "pages pagerange page pp seiten paginas pagine",
    "first_page": "firstpage pagestart startpage beginningpage bp",
    "last_page": "lastpage pageend endpage endingpage ep",
    "article_number": "articlenumber articleno artno ar",
    "url": "url link site website page weburl paperurl forumurl lien",
    "pdf_url": "pdfurl pdflink urlpdf lienpdf paperpdf pdfpath",
    "file": "file filename pdffile pdfname fichier nomdufichier pdf",
    "session": "session sessiontitle sessionname track",
    "session_start": "sessionstart start starttime begin",
    "session_finish": "sessionfinish finish end endtime",
    "session_room": "sessionroom room location salle",
}
"""Field -> headers in lower case without blanks, signs and accents, the likeliest header first."""
BIBLIOGRAPHIC = set(
    """title authors affiliations year published abstract tags language doi volume issue pages
    first_page last_page article_number url pdf_url""".split()
)
"""Fields that need no map if their column has a usual header. Others, such as decisions and
ratings, may be confidential, and an id is part of addresses, which must not change."""
IDENTITIES = {"title", "paper_id", "doi", "file"}
"""Fields of which a table needs one; a table that completes another source has no titles."""
SHOWN = 12
"""Largest number of columns that a message names."""
LONGEST_SHOWN = 40
"""Characters of a column's name that a message shows."""


def to_key(header: str) -> str:
    """Return a header in lower case without blanks, signs and accents; a single sign is kept.

    >>> to_key("Author(s)"), to_key("Mots-clés"), to_key("#")
    ('authors', 'motscles', '#')
    """
    return to_slug(header).replace("-", "") or header.strip()


def to_columns(headers: Iterable[str]) -> dict[str, str]:
    """Return the column of each field for which there is a known header.

    >>> to_columns(["Paper ID", "Title", "Authors", "Seats"])
    {'paper_id': 'Paper ID', 'title': 'Title', 'authors': 'Authors'}
    """
    by_key: dict[str, str] = {}
    for header in headers:
        by_key.setdefault(to_key(header), header)
    names = [name for name in FIELDS if name != "venue"]  # venues.py guesses from it
    return _take(by_key, {name: _to_keys(name) for name in names})


def find_columns(headers: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each field, for a table whose catalog may map some fields to columns.

    A column with the exact name of a field has that field. Another has it if its name differs only
    in case, blanks and signs; without a map, also if its header is usual for a bibliographic field.
    Of two columns that differ only in these, neither is used.

    >>> find_columns(["Titre", "AUTHORS", "Status"], {})
    {'title': 'Titre', 'authors': 'AUTHORS'}
    >>> find_columns(["Titre", "Paper ID", "year", "Year"], {"title": "Titre"})
    {'year': 'year', 'title': 'Titre', 'paper_id': 'Paper ID'}
    """
    names = [name for name in FIELDS if name != "venue"]
    found = {name: name for name in names if name in headers} | dict(given)
    free = [header for header in headers if header not in found.values()]
    counts = Counter(map(to_key, free))
    by_key = {to_key(header): header for header in free if counts[to_key(header)] == 1}
    missing = [name for name in names if name not in found]
    guessed = () if given else BIBLIOGRAPHIC
    keys = {name: _to_keys(name) if name in guessed else [to_key(name)] for name in missing}
    return found | _take(by_key, keys)


def _to_keys(field: str) -> list[str]:
    return [to_key(word) for word in HEADERS.get(field, field).split()]


def _take(by_key: dict[str, str], keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the column of each field whose key is in `by_key`, and remove it from there."""
    found = {}
    for field, possible in keys.items():
        if key := next((key for key in possible if key in by_key), None):
            found[field] = by_key.pop(key)
    return found


def to_guess_reason(found: Mapping[str, str]) -> str | None:
    """Return a reason that names the fields whose column has another name; None if there are none.

    >>> to_guess_reason({"title": "Titre", "year": "YEAR"}).partition(";")[0]
    'has columns whose fields are guessed: “Titre” is title'
    """
    other = [(n, column) for n, column in found.items() if to_key(n) != to_key(column)]
    if not other:
        return None
    shown = ", ".join(f"“{column[:LONGEST_SHOWN]}” is {name}" for name, column in other)
    return (
        f"has columns whose fields are guessed: {shown}; if one is wrong, “columns” in the catalog "
        "maps fields to columns"
    )


def check_title(rows: Sequence[Mapping[Any, Any]], found: Mapping[str, str]) -> str | None:
    """Return a reason with the remedy if a table with rows has no column of titles, or of ids."""
    if not rows or IDENTITIES & found.keys():
        return None
    return to_untitled_reason(list(rows[0]))


def to_untitled_reason(headers: Sequence[Any]) -> str:
    """Return the reason that no column of a table has titles, with its first row and the remedy.

    >>> to_untitled_reason(["Betreff", "Ort"]).partition(";")[0]
    'is a table without a column of titles (its first row has Betreff, Ort)'
    """
    texts = [values.to_text(header) or "" for header in headers]
    more = ["…"] if len(texts) > SHOWN else []
    shown = ", ".join([*(text[:LONGEST_SHOWN] for text in texts[:SHOWN]), *more])
    near = difflib.get_close_matches("title", [text.lower() for text in texts], n=1)
    column = next((text for text in texts if near and text.lower() == near[0]), "…")
    return (
        f"is a table without a column of titles (its first row has {shown}); if these are the "
        f"names of columns, rename one to “title”, or add “columns: {{title: {column}}}” to the "
        "source; if not, put the names into the first line, as in title,authors,year"
    )
