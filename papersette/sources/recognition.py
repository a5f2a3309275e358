"""Recognise the kind of source of a file or folder, by its content.

Each format is a row of `FORMATS`. Formats that no source reads are also recognised, so that a
message can name the format and a remedy.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from papersette import loading
from papersette.errors import BadFile, UserError
from papersette.sources import SOURCES, columns, easychair, files, headers

HEAD = 65_536
"""Characters at the start of a file that are enough to distinguish text formats."""
SUFFIXES = set(
    ".bib .bibtex .csv .tsv .tab .json .jsonl .ndjson .xml .nxml .atom .md .markdown .ris .nbib "
    ".ciw .enw .yml .yaml .mrc .marc "
    ".xlsx .xls .ods .docx .html .htm".split()
)
"""Endings of files that may have metadata; other files, such as images, are not opened."""
CSL_TYPES = {
    "article-journal", "paper-conference", "chapter", "book", "webpage", "article", "thesis",
    "report", "manuscript", "speech", "post", "post-weblog", "dataset", "entry-encyclopedia",
}  # fmt: skip
MOST_FILES = 20_000
"""Largest number of files of a folder that are examined."""
IGNORED = {"node_modules", "__pycache__", "__MACOSX"}
NOTES = set("readme license licence copying changelog requirements robots llms source".split())
"""Names of texts that are not papers."""
EXPORT = "export the papers as BibTeX, RIS, CSL JSON or CSV"


CATALOGUE = "export RIS or BibTeX from the library's catalogue or, from the file, from Zotero"
PUBMED = "open it in Zotero and export CSL JSON, or fetch the articles as JATS from PubMed Central"


@dataclass(frozen=True)
class Found:
    """A file or folder that a source can read."""

    path: Path
    kind: str
    """Kind of the source, a key of `SOURCES`."""
    format: str
    """Name of the format in messages."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings of the source, except venue and folder of PDFs."""
    doubts: tuple[str, ...] = ()
    """Doubts that a person should check, with the remedy."""


@dataclass(frozen=True)
class NotRead:
    """A file that may have metadata, but that no source reads."""

    path: Path
    reason: str
    """Description of the problem, and the remedy."""


class Content:
    """The content of a file, read only as far as a test needs it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.suffix = path.suffix.lower()

    @cached_property
    def start(self) -> bytes:
        """The first bytes of the file."""
        with self.path.open("rb") as file:
            return file.read(HEAD)

    @cached_property
    def text(self) -> str:
        """The first characters of the file, without a byte order mark."""
        return self.start.decode("utf-8-sig", errors="replace")

    @cached_property
    def json(self) -> Any:
        """The value of a JSON file; None if it is not valid JSON."""
        if self.text.lstrip()[:1] not in ("[", "{"):
            return None
        try:
            return loading.load_json(self.path).value
        except UserError:
            return None

    @cached_property
    def items(self) -> list[Mapping[str, Any]]:
        """The objects of a JSON list, or of the first list in a JSON object."""
        value = self.json
        if self.suffix in {".jsonl", ".ndjson"} and value is None:
            value = [row for _, row in _read_lines(self.text)]
        if isinstance(value, Mapping):
            value = next((part for part in value.values() if isinstance(part, list)), value)
        if isinstance(value, Mapping):
            value = list(value.values())
        return [item for item in value or () if isinstance(item, Mapping)][:100]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The first rows of a table; empty if the file is not a table."""
        try:
            return [row for _, row in _read_rows(self)][:200]
        except UserError:
            return []

    @cached_property
    def fault(self) -> str | None:
        """The reason why a table or JSON cannot be read, such as its encoding; None if it can."""
        read = loading.load_json if self.suffix == ".json" else loading.read_text
        try:
            read(self.path)
        except BadFile as error:
            return error.reason
        return None

    @cached_property
    def header(self) -> set[str]:
        """The columns of a CSV or TSV table in lower case."""
        return {str(column).strip().lower() for column in self.rows[0]} if self.rows else set()

    def root(self) -> str:
        """Return the name of the root element of an XML file; "" if it is not XML."""
        found = re.search(r"<(?![?!])(?:\w+:)?([\w-]+)", self.text)
        return found.group(1).lower() if found and self.text.lstrip().startswith("<") else ""

    def has_keys(self, *names: str) -> bool:
        """Return whether most JSON objects have one of these keys."""
        having = sum(any(name in item for name in names) for item in self.items)
        return having > len(self.items) / 2


def _read_rows(content: Content) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows of CSV, TSV, JSON, JSONL or a Markdown table."""
    if content.items and isinstance(content.json, list):
        yield from enumerate(map(dict, content.items))
    elif content.suffix in {".jsonl", ".ndjson"}:
        yield from _read_lines(content.text)
    elif content.suffix in {".csv", ".tsv", ".tab"}:
        rows = SOURCES["table"].read_csv(content.path)
        yield from ((number, row) for number, row in rows if isinstance(row, dict))
    elif content.suffix == ".md":
        reader = SOURCES["table"].read_markdown
        yield from ((number, row) for number, row in reader(content.path) if isinstance(row, dict))


def _read_lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects in lines of JSON; the last line may be cut off."""
    complete = text.rpartition("\n")[0] or text
    for number, loaded in loading.parse_json_lines(complete):
        if isinstance(loaded, str):
            return
        if isinstance(loaded.value, dict):
            yield number, loaded.value


def _is_crossref(content: Content) -> bool:
    message = content.json.get("message") if isinstance(content.json, Mapping) else None
    if isinstance(message, Mapping):
        return True
    works = [item for item in content.items if "DOI" in item]
    marks = {"prefix", "member", "is-referenced-by-count", "deposited", "indexed", "issued"}
    listed = [work for work in works if isinstance(work.get("title"), list) and marks & work.keys()]
    return bool(works) and len(listed) > len(works) / 2


def _is_openalex(content: Content) -> bool:
    """Return whether the start of a JSON file has a work of OpenAlex; one may fill the start."""
    is_json = content.text.lstrip()[:1] in ("[", "{")
    return is_json and all(sign.search(content.text) for sign in OPENALEX)


OPENALEX = (
    re.compile(r'"id":\s*"https://openalex\.org/W\d'),
    re.compile(r'"(?:authorships|primary_location|abstract_inverted_index|biblio|open_access)":'),
)
"""Text in every response with works."""


def _is_schedule(content: Content) -> bool:
    """Return whether this is a schedule of frab: days with rooms, in XML or JSON."""
    if content.root() == "schedule":
        return "<day" in content.text
    schedule = content.json.get("schedule") if isinstance(content.json, Mapping) else None
    conference = schedule.get("conference") if isinstance(schedule, Mapping) else None
    return isinstance(conference, Mapping) and isinstance(conference.get("days"), list)


def _is_post(content: Content) -> bool:
    """Return whether this is a PMLR post: front matter with a title and a list of authors."""
    return content.suffix in {".md", ".markdown", ".html"} and bool(
        re.match(
            r"\s*---\s*\n(?=.*^title:)(?=.*^author:\s*$)", content.text, re.DOTALL | re.MULTILINE
        )
    )


def _is_openreview(content: Content) -> bool:
    return content.has_keys("forum") or (
        content.has_keys("invitation", "invitations") and content.has_keys("content")
    )


def _is_paperoni(content: Content) -> bool:
    if content.suffix in {".yml", ".yaml"}:
        return bool(re.search(r"^\s*(?:- )?releases:", content.text, re.MULTILINE))
    return content.has_keys("releases")


def _is_csl(content: Content) -> bool:
    typed = sum(item.get("type") in CSL_TYPES for item in content.items)
    return typed > len(content.items) / 2 and content.has_keys("issued", "container-title", "id")


def _is_easychair(content: Content) -> bool:
    if not easychair.is_named(content.path, *easychair.USED):
        return False  # the source would not find it, but a list of submissions is a table
    has_papers = {"#", "title", "decision"} <= content.header
    has_people = {"submission #", "first name", "last name"} <= content.header
    has_reviews = {"submission #", "total score"} <= content.header
    return has_papers or has_people or has_reviews


def _is_miniconf(content: Content) -> bool:
    return content.suffix == ".csv" and {"uid", "title", "authors", "abstract"} <= content.header


def _has_titles(content: Content) -> bool:
    return bool(content.rows) and "title" in headers.to_columns(content.rows[0])


def _is_questions(content: Content) -> bool:
    return bool(content.rows) and {"query", "paper_id"} == set(content.rows[0])


@dataclass(frozen=True)
class Format:
    """A format of metadata."""

    name: str
    matches: Callable[[Content], bool]
    kind: str = ""
    """Kind of the source that reads it; "" if there is none."""
    setting: str = "file"
    """Setting of the source that names the file."""
    remedy: str = EXPORT


def _begins(*signs: bytes) -> Callable[[Content], bool]:
    """Return a test that a file begins with one of these bytes."""
    return lambda content: content.start.startswith(signs)


def _has(pattern: str) -> Callable[[Content], bool]:
    """Return a test that the first characters of a text match a pattern."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda content: bool(compiled.search(content.text))


def _root(*names: str) -> Callable[[Content], bool]:
    return lambda content: content.root() in names


UTF_16 = Format("text in UTF-16", _begins(b"\xff\xfe", b"\xfe\xff"), remedy="save it as UTF-8")
FORMATS = (
    Format("an old spreadsheet", _begins(b"\xd0\xcf\x11\xe0"), remedy="save it as CSV in UTF-8"),
    Format("an office document", _begins(b"PK\x03\x04"), remedy="save its table as CSV in UTF-8"),
    Format("a PDF", _begins(b"%PDF"), remedy="name a file of metadata, or “kind: folder” for PDFs"),
    Format("a compressed file", _begins(b"\x1f\x8b"), remedy="decompress it"),
    UTF_16,
    Format("BibTeX", _has(r"^[ \t]*@\s*\w+\s*[{(]"), "bibtex"),
    Format("RIS", _has(r"^TY  ?- ?"), "ris"),
    Format("Web of Science's tagged text", _has(r"\A(?:FN |PT )"), "ris"),
    Format("MEDLINE's tagged text", _has(r"^PMID- "), "medline", remedy=PUBMED),
    Format("EndNote's tagged text", _has(r"\A%0 "), "endnote"),
    Format("Web of Science's table", _has(r"\APT\tAU\t"), remedy="save it as plain text or as RIS"),
    Format("MARC", _has(r"\A\d{5}[acdnp][a-z]"), remedy=CATALOGUE),
    Format("MARC XML", _has(r"<(?:\w+:)?datafield\s"), remedy=CATALOGUE),
    Format("MODS XML", _root("mods", "modscollection"), remedy=CATALOGUE),
    Format("an answer of OAI-PMH", _root("oai-pmh"), remedy=CATALOGUE),
    Format("PubMed's XML", _root("pubmedarticleset"), remedy=PUBMED),
    Format("EndNote's XML", _has(r"<xml>\s*<records\b"), remedy="export the library as RIS"),
    Format("TEI XML", _root("tei"), remedy="name the folder of the PDFs, or " + EXPORT),
    Format("an Atom feed", _root("feed"), "arxiv"),
    Format("JATS XML", _has(r"<(?:\w+:)?article-meta[\s>]"), "jats"),
    Format("JATS XML", _root("article", "pmc-articleset"), "jats"),
    Format("ACL Anthology XML", _root("collection"), "acl"),
    Format("DBLP XML", _root("dblp", "dblpperson", "dblpsubmission", "result"), "dblp"),
    Format("a volume of PMLR", _is_post, "pmlr", "folder"),
    Format("a schedule of frab or pretalx", _is_schedule, "frab"),
    Format("a web page", _root("html")),
    Format("XML", lambda content: bool(content.root())),
    Format("a dump of OpenReview's notes", _is_openreview, "openreview", "notes"),
    Format("an export of paperoni", _is_paperoni, "paperoni"),
    Format("OpenAlex's JSON", _is_openalex, "openalex"),
    Format("Crossref's JSON", _is_crossref, "crossref"),
    Format("CSL JSON", _is_csl, "csljson"),
    Format("a list of events", lambda c: c.has_keys("eventtype", "event_type"), "virtual"),
    Format("a list of questions", _is_questions, remedy="a catalog names it as “questions”"),
    Format("EasyChair's CSV", _is_easychair, "easychair", "folder"),
    Format("the data of a Mini-Conf site", _is_miniconf, "miniconf", "folder"),
    Format("a table", _has_titles, "table"),
)
"""Known formats; the first one that matches is used."""


def recognise(path: Path) -> Found | NotRead | None:
    """Return the format of a file; None if it has no metadata, such as a picture or a catalog."""
    if path.suffix.lower() not in SUFFIXES and not _is_tagged(path):
        return None
    if obstacle := files.find_obstacle(path, path.parent):
        return NotRead(path, f"{obstacle}; it is not used")
    content = Content(path)
    for format_ in FORMATS:
        if format_.matches(content):
            if format_.kind in SOURCES:
                return _to_found(content, format_)
            return NotRead(path, f"is {format_.name}, which is not read; {format_.remedy}")
    return _to_unknown(content)


def _is_tagged(path: Path) -> bool:
    """Return whether a .txt is RIS or tagged text of Web of Science, which uses this ending."""
    if path.suffix.lower() != ".txt" or files.find_obstacle(path, path.parent):
        return False
    return bool(TAGGED.match(Content(path).start))


TAGGED = re.compile(rb"(?:\xef\xbb\xbf)?(?:FN (?:Clarivate|ISI|Thomson)|TY  - |PT\tAU\t)")


def explain(path: Path, kind: str) -> str | None:
    """Return what a file is if this kind of source cannot read it, and which kind can."""
    if path.is_dir() or files.find_obstacle(path, path.parent):
        return None
    content = Content(path)
    found = next((one for one in FORMATS if one.matches(content)), None)
    if found in (None, UTF_16) or found.kind == kind:  # errors of reading have UTF-16's remedy
        return None
    if found.kind in SOURCES:
        return f"it is {found.name}, which “kind: {found.kind}” reads with “{found.setting}”"
    return f"it is {found.name}, which is not read: {found.remedy}"


def _to_unknown(content: Content) -> NotRead | None:
    """Return the fault of a file with a known ending; None if its kind need not have papers."""
    if content.suffix in {".yml", ".yaml", ".md", ".html", ".htm", ".docx"}:
        return None
    if not content.start.strip():
        return NotRead(content.path, "is empty; remove it, or save it again")
    if content.rows:
        return NotRead(content.path, headers.to_untitled_reason(list(content.rows[0])))
    if content.fault:
        return NotRead(content.path, content.fault)
    if content.suffix in {".json", ".jsonl", ".ndjson"}:
        return NotRead(content.path, f"is no list of papers in JSON that is known; {EXPORT}")
    return NotRead(content.path, f"is no {content.suffix[1:].upper()} that can be read; {EXPORT}")


def _to_found(content: Content, format_: Format) -> Found:
    folder = content.path.parent
    if format_.kind == "pmlr" and folder.name == "_posts":
        folder = folder.parent
    settings = {format_.setting: folder if format_.setting == "folder" else content.path}
    if format_.kind != "table":
        return Found(content.path, format_.kind, format_.name, settings)
    mapped, doubts = columns.to_settings(content.rows)
    suffix = content.suffix.removeprefix(".").upper()
    return Found(content.path, "table", f"a table ({suffix})", settings | mapped, tuple(doubts))


@dataclass
class Survey:
    """The files found in a folder."""

    folder: Path
    found: list[Found] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    files: Counter[Path] = field(default_factory=Counter)
    """Folder -> number of PDFs in it; if there are no PDFs anywhere, of texts."""
    texts: list[Path] = field(default_factory=list)
    """Texts beside PDFs, which are probably not papers."""
    is_cut: bool = False
    """Whether the folder has more files than `MOST_FILES`."""


def survey(folder: Path) -> Survey:
    """Recognise every file of a folder and its subfolders, except hidden ones."""
    seen = Survey(folder)
    pdfs = Counter[Path]()
    for number, path in enumerate(_walk(folder)):
        if number == MOST_FILES:
            seen.is_cut = True
            break
        suffix = path.suffix.lower()
        if suffix == ".pdf":
            pdfs[path.parent] += 1
        elif files.is_paper(path) and not _is_tagged(path):
            seen.texts += [path] * (path.stem.lower() not in NOTES)
        elif isinstance(answer := recognise(path), Found):
            seen.found.append(answer)
        elif answer is not None:
            seen.not_read.append(answer)
    seen.files = _join_folders(pdfs or Counter(path.parent for path in seen.texts), folder)
    if not pdfs:
        seen.texts = []
    seen.found = list(_join(seen.found))
    return seen


MOST_BESIDE = 3
"""Largest mean number of files in folders that belong to one paper each."""
FEWEST_BESIDE = 5
"""Least number of such folders, unless their names are ids."""
FOLDER_ID = re.compile(r"\d+|[A-Z0-9]{8}")
"""The name of a folder in an export of Zotero, or in its storage."""


def _join_folders(counts: Counter[Path], top: Path) -> Counter[Path]:
    """Return the counts with the folder above in place of folders for one paper each.

    Zotero and submission systems write such folders, as in files/12/Ash.pdf.
    """
    beside: defaultdict[Path, list[Path]] = defaultdict(list)
    for path in counts:
        beside[path if path == top else path.parent].append(path)
    joined = Counter[Path]()
    for parent, paths in beside.items():
        is_many = len(paths) >= FEWEST_BESIDE or all(FOLDER_ID.fullmatch(p.name) for p in paths)
        mean = sum(counts[path] for path in paths) / len(paths)
        if len(paths) > 1 and is_many and mean <= MOST_BESIDE:
            joined[parent] += sum(counts[path] for path in paths)
        else:
            joined.update({path: counts[path] for path in paths})
    return joined


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order, files of the folder itself first."""
    entries = sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name))
    for path in entries:
        if path.name.startswith(".") or path.name in IGNORED:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif not path.is_dir():
            yield path


FOLDERS = {"paperoni", "jats", "acl", "openalex"}
"""Kinds of sources that read all files of a folder together."""


def _join(found: list[Found]) -> Iterator[Found]:
    """Yield one entry for files that one source reads together, and for each other file."""
    done: set[Path] = set()
    for one in found:
        folder = one.settings.get("folder", one.path.parent)
        if folder in done:
            continue
        if "folder" in one.settings:
            done.add(folder)
            yield replace(one, path=folder)
            continue
        together = [other for other in found if other.path.parent == folder]
        if any(folder.glob("*sessions*.yml")) and all(c.kind == "table" for c in together):
            done.add(folder)
            yield Found(folder, "miniconf", "the data of a Mini-Conf site", {"folder": folder})
        elif len(together) > 1 and {other.kind for other in together} <= FOLDERS:
            kinds = {other.kind: other.format for other in together}
            if len(kinds) == 1:
                done.add(folder)
                yield Found(folder, one.kind, one.format, {"file": folder})
            else:
                yield one
        else:
            yield one
