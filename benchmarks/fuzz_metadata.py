"""Mutated metadata of every source, and mutated catalogs.

Each case writes a miniature file of one source, mutated, into a separate folder, reads it as a
build does, and writes the papers into a database in memory. Allowed outcomes are `UserError`, or
papers and problems that account for every item.
"""

from __future__ import annotations

import copy
import json
import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from papersette.catalogs import catalog
from papersette.database import load
from papersette.database.schema import SCHEMA
from papersette.errors import UserError
from papersette.ingest import collection, matching

LONGEST = 10.0
"""Seconds after which a case is reported as a hang."""
MEMORY = 500_000_000
"""Bytes by which one case may increase the peak memory of the process."""

PAPER = {
    "title": "A title {of} a paper", "abstract": "An abstract\n\nin two parts.",
    "authors": ["Ada B. Lovelace", "Zoë Ångström"], "keywords": ["one", "two"],
}  # fmt: skip
NOTE = {
    "forum": "B1x",
    "invitation": "V/-/Blind_Submission",
    "content": {**PAPER, "pdf": "/pdf/1.pdf", "TL;DR": "Short."},
    "details": {
        "replies": [
            {"invitation": "V/-/Official_Review", "signatures": ["V/AnonReviewer1"],
             "content": {"rating": "7: Good", "confidence": "3", "review": "Fine."}},
            {"invitation": "V/-/Decision", "content": {"decision": "Accept (Oral)"}},
        ]
    },
}  # fmt: skip
CSL = {
    "id": "x1", "title": "T", "type": "article-journal", "container-title": "J. of T",
    "author": [{"given": "Ada", "family": "B"}, {"literal": "Group"}],
    "issued": {"date-parts": [["2014", 5]]}, "DOI": "10.1/x", "abstract": "A", "keyword": "a;b",
}  # fmt: skip
EVENT = {
    "id": 7, "name": "T", "eventtype": "Poster", "paper_url": "https://openreview.net/forum?id=x",
    "authors": [{"fullname": "Ada B", "institution": "I"}], "session": "S 1", "keywords": ["k"],
    "starttime": "2019-06-11T09:00:00-07:00", "endtime": "2019-06-11T10:00:00-07:00",
    "poster_position": "12", "abstract": "A", "room_name": "R", "decision": "Accept (poster)",
}  # fmt: skip
MILA = {
    "title": "T", "paper_id": "p", "abstract": "A", "topics": [{"name": "t"}],
    "authors": [{"display_name": "Ada B", "affiliations": [{"name": "Mila"}]}],
    "links": [{"type": "pdf", "link": "https://example.org/x.pdf"}],
    "releases": [{"status": "accepted", "venue": {"name": "ICML", "type": "conference",
                  "date": {"text": "2019-06-11", "precision": 3}}}, {"venue": {"name": "arXiv"}}],
}  # fmt: skip
ROW = {
    "paper_id": "r1", "title": "T", "authors": "Ada B;Bo C", "year": "2019", "abstract": "A",
    "tags": "a;b", "ratings": "7, 8", "session": "S", "session_start": "2019-06-11T09:00",
    "pdf_url": "https://example.org/x.pdf", "file": "r1",
}  # fmt: skip
ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>q</title>
<entry><id>http://arxiv.org/abs/2510.14968v1</id><title>T</title><summary>A</summary>
<published>2025-10-16T17:59:00Z</published><author><name>Ada B</name></author>
<category term="cs.DL"/><link title="pdf" href="https://arxiv.org/pdf/2510.14968v1"/></entry>
<entry><id>http://arxiv.org/abs/2510.14969v2</id><title>U</title><summary>B</summary></entry>
</feed>
"""
BIBTEX = r"""
@string{jmlr = "J. of ML"}
@proceedings{v98, title = {Proceedings}}
@inproceedings{abasi19a, title = {On {L}earning G{\"o}del's $\alpha$ # x},
  author = {Abasi, Hasan and H. Bshouty, Nader and others}, year = {2019}, journal = jmlr # " A",
  abstract = {We {study} \emph{graphs}.}, file = {:pdf/abasi19a.pdf:PDF}, keywords = {a; b}}
@ article
{b, title = "Two", author = "Zo{\"e} {\AA}ngstr{\"o}m", pdf = {http://example.org/b.pdf}}
@comment{jabref-meta: x}
"""
COMMAS = """@misc{a,2019, title={A}, author={Ada B, Zoë C, and Bo D}}
@misc{b, title={B}, author={Ada B, Zoë C}, doi={10.5555/b}}
@misc{c, title={C}, author={, , and {X, Y}}}
"""
JATS = """<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="en"><front><journal-meta>
<journal-title>J</journal-title></journal-meta><article-meta>
<article-id pub-id-type="doi">10.5555/a</article-id><title-group><article-title>A <i>b</i>
</article-title></title-group><contrib-group>
<contrib contrib-type="author"><name><surname>B</surname>
<given-names>Ada</given-names></name><xref ref-type="aff" rid="x"/></contrib><aff id="x">U</aff>
</contrib-group><pub-date><year>2019</year></pub-date><abstract><p>A</p></abstract>
</article-meta></front>
<body><p>Text.</p><sec><title>One</title><p>B <list><list-item><p>C</p></list-item></list></p>
<sec><label>1.1</label><title>Two</title></sec></sec></body><back><ref-list><ref><element-citation>
<name><surname>C</surname></name><year>1999</year><article-title>T</article-title></element-citation>
</ref></ref-list></back><sub-article><body><p>R</p></body></sub-article></article>
"""
ACL = """<?xml version='1.0'?><collection id="2031.x"><volume id="1" type="journal"><meta>
<booktitle>P</booktitle><editor><first>A</first><last>B</last></editor><year>2031</year></meta>
<frontmatter><url>x</url></frontmatter><paper id="1"><title>T <tex-math>x</tex-math></title><author>
<first>A</first><last>B</last><variant><last>C</last></variant></author><url>2031.x-1.1</url></paper>
<paper id="2"><title>U</title></paper></volume><event id="e"><meta><title>E</title></meta><talk/>
<colocated><volume-id>2031.x-1</volume-id></colocated></event></collection>
"""
DBLP = """<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE dblp SYSTEM "dblp.dtd"><dblp>
<inproceedings key="c/x/B1"><author orcid="0000-0002-1825-0097">Ada B 0002</author><title>T.</title>
<year>2019</year><booktitle>X</booktitle><crossref>c/x</crossref><ee>https://doi.org/10.5555/a</ee>
</inproceedings><proceedings key="c/x"><editor>&Ouml;</editor><title>X.</title></proceedings>
<www key="h"><author>A</author></www><article key="j/1"><journal>J</journal></article></dblp>
"""
CONTENTS = """<dblpsubmission><proceedings><title>P.</title><conf><location>L</location></conf><toc>
<section>S</section><publ><author>A</author><title>T.</title><doi>10.5555/a</doi></publ>
<publ><title>U</title></publ></toc></proceedings></dblpsubmission>
"""
RIS = """TY  - JOUR
AU  - B, Ada
TI  - A title
  in two lines
PY  - 2019/05/01/
DO  - 10.5555/a
KW  - a; b
L1  - files/1/r1.pdf
ER  -

TY - CONF
T1 - Two
ER -
TY  - BOOK
TI  - Open
"""
WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU B, A
   C, B
TI A title
   in two lines
SO J
C1 [B, A; C, B] Univ X. [C, B] Univ Y.
CR C B, 1999, J T, V1, P2, DOI 10.5555/c
PD MAY 1
PY 2019
UT WOS:1
ER

PT C
TI Two
ER

EF
"""
WORK = {
    "DOI": "10.5555/a", "type": "journal-article", "title": ["T <i>x</i>"],
    "author": [{"given": "Ada", "family": "B", "affiliation": [{"name": "U"}],
                "ORCID": "0000-0002-1825-0097"}], "abstract": "<jats:p>A</jats:p>",
    "container-title": ["J"], "issued": {"date-parts": [[2019, 5]]}, "event": {"name": "E"},
    "license": [{"URL": "https://l.example/"}], "editor": [{"family": "C"}], "language": "en",
    "link": [{"URL": "https://p.example/1.pdf", "content-type": "application/pdf"}],
    "reference": [{"DOI": "10.5555/b", "author": "C", "year": "1999"}, {"unstructured": "D. T."}],
}  # fmt: skip
POST = """---
title: 'T: x'
author:
- {given: Ada, family: B}
id: r1
section: S
date: 2019-05-01
volume: 7
publisher: PMLR
---
text
"""
CONFIG = """booktitle: P
conference: {location: L, dates: [2019-05-01, 2019-05-02]}
volume_editors: [{given: A, family: B}]
sections: [{name: S, title: Section}]
"""
SUBMISSIONS = """#,title,authors,keywords,decision,abstract,track name,form fields
1,T,Ada B and Bo C,"a
b",accept,A,Main,x
2,U,Bo C,,reject,B,Main,
"""
PEOPLE = """submission #,first name,last name,affiliation,country,email
1,Ada,B,U,X,a@b.org
2,Bo,C,,,
"""
SESSION_ROWS = """uid,title,authors,Authors,session,position,video
1,T,"B, Ada*; C, Bo","Ada B (U (X); Y)*; Bo C (V)",1,2,x
2,U,Ada B,,S1|S 2,,
"""
LONG = "This abstract is a paragraph that has more than one hundred and sixty characters. " * 3
LISTING = f"""Mila has 2 results
On Learning Graphs
tl;dr A short summary.
{LONG}
Seeking Things
No tl;dr
{LONG}
Ada B. Lovelace
Zoë Ångström
G\\"urb\\"uz · Bo C
{LONG} $alpha$ … (voir plus)
published by Ada B
date of publication 2019
language English
rate 1
read also
116 - Ada B, Bo L 2021
{LONG}
suggested questions
"""
CATALOG = """title: A title
notice: A notice
ocr: false
download: true
allow_hosts: [example.org]
works: works.yml
questions: questions.jsonl
sources:
  - kind: table
    file: papers.csv
    columns: {title: title}
    separators: ";|"
    files: pdfs
    pdf_url: /pdf/{file}
    venue: &v {venue_id: v-2019, name: V 2019, year: 2019, kind: conference}
  - {kind: csljson, file: items.json, completes: v-2019, venue: {<<: *v, venue_id: w}}
  - kind: paperoni
    file: mila
    institute: Mila
    venue: {venue_id: mila, name: Mila}
"""


OPENALEX = {
    "id": "https://openalex.org/W1", "doi": "https://doi.org/10.5555/r1", "title": "T <i>of</i> S",
    "publication_year": 2019, "publication_date": "2019-03-12", "language": "en",
    "type": "article", "ids": {"openalex": "https://openalex.org/W1"},
    "primary_location": {"source": {"display_name": "J", "type": "journal"}, "license": "cc-by",
                         "landing_page_url": "https://a.org/1", "pdf_url": None},
    "open_access": {"oa_url": "https://a.org/1.pdf"}, "best_oa_location": None, "locations": [],
    "authorships": [{"author": {"display_name": "Ada B", "orcid": None}, "raw_author_name": "B, A.",
                     "institutions": [{"display_name": "U"}], "raw_affiliation_strings": ["U, X"]}],
    "biblio": {"volume": "1", "issue": None, "first_page": "1", "last_page": "9"},
    "keywords": [{"display_name": "k", "score": 0.5}], "concepts": [], "cited_by_count": 3,
    "abstract_inverted_index": {"An": [0], "abstract": [1]}, "is_retracted": False,
    "referenced_works": ["https://openalex.org/W2"],
}  # fmt: skip
TALK = {
    "id": 7, "guid": "g-7", "code": "r1", "slug": "x-7", "date": "2019-08-21T11:00:00+02:00",
    "start": "11:00", "duration": "00:45", "room": "Hall", "title": "T", "subtitle": "S",
    "track": {"en": "K"}, "type": "Talk", "language": "en", "url": "/talk/7/",
    "abstract": "A <b>short</b> text", "description": "<p>Long</p>", "links": [],
    "persons": [{"id": 1, "public_name": "Ada B (U)"}, {"name": "Bo C"}],
    "attachments": [{"title": "Slides", "url": "/media/r1.pdf?1"}],
}  # fmt: skip
DAYS = [{"date": "2019-08-21", "day_end": "2019-08-22T04:00:00+02:00",
         "rooms": {"Hall": [TALK, {**TALK, "id": 8, "date": None, "start": "01:00"}]}}]  # fmt: skip
SCHEDULE = {
    "schedule": {
        "base_url": "https://a.org",
        "conference": {"title": "C", "start": "2019-08-21", "time_zone_name": "UTC", "days": DAYS},
    }
}
PENTABARF = """<schedule><conference><title>C</title><start>2019-08-21</start>
<day_change>04:00</day_change><time_zone_name>UTC</time_zone_name></conference>
<day date="2019-08-21"><room name="Hall"><event id="r1" guid="g"><start>10:00</start>
<duration>00:30</duration><title>T</title><track>K</track><abstract>&lt;p&gt;A&lt;/p&gt;</abstract>
<persons><person id="1">Ada B</person></persons>
<attachments><attachment href="https://a.org/r1.pdf">Slides</attachment></attachments></event>
<event id="b"><start>01:00</start><title>Break</title></event></room></day></schedule>
"""


def _csv(row: dict[str, str]) -> str:
    return (
        ",".join(row)
        + "\n"
        + "".join(
            ",".join(f'"{cell}"' for cell in {**row, "paper_id": f"r{n}"}.values()) + "\n"
            for n in range(3)
        )
    )


def _tsv(row: dict[str, str]) -> str:
    return "\t".join(row) + "\n" + "\t".join(row.values()) + "\n" + "\t".join(row.values()) + "\n"


def _markdown(row: dict[str, str]) -> str:
    names = " | ".join(row)
    cells = " | ".join(row.values())
    return f"| {names} |\n|{'---|' * len(row)}\n| {cells} |\n| {cells} |\n"


SESSIONS = """S1: {long_name: One, start_time: 2020-11-16 17:00:00, end_time: 2020-11-16 18:00:00,
  papers: [main.1, main.2]}
S2: {name: Two, papers: [main.2]}
"""
VENUE = {"venue_id": "v-2019", "name": "V 2019", "year": 2019}
SEEDS: dict[str, tuple[dict[str, Any], dict[str, str | object]]] = {
    "openreview": (
        {"kind": "openreview", "notes": "notes.json", "files": "pdfs", "reviews": "threads"},
        {"notes.json": {"notes": [NOTE, {**NOTE, "forum": "C2y"}]},
         "threads/B1x.json": {"notes": NOTE["details"]["replies"]}},
    ),
    "openreview-v2": (
        {"kind": "openreview", "notes": "notes.json"},
        {"notes.json": [{**NOTE, "content": {k: {"value": v} for k, v in NOTE["content"].items()},
                         "invitations": ["V/-/Submission"]}]},
    ),
    "openreview-lines": (
        {"kind": "openreview", "notes": "notes.jsonl"},
        {"notes.jsonl": "".join(json.dumps({**NOTE, "forum": n}) + "\n" for n in "abc")},
    ),
    "bibtex-commas": ({"kind": "bibtex", "file": "papers.bib"}, {"papers.bib": COMMAS}),
    "jats": ({"kind": "jats", "file": "j"}, {"j/a.xml": JATS, "j/b.nxml": JATS}),
    "jats-file": ({"kind": "jats", "file": "a.xml"}, {"a.xml": JATS}),
    "acl": ({"kind": "acl", "file": "a.xml", "files": "pdfs"}, {"a.xml": ACL}),
    "dblp": ({"kind": "dblp", "file": "d.xml", "files": "pdfs"}, {"d.xml": DBLP}),
    "dblp-contents": ({"kind": "dblp", "file": "d.xml"}, {"d.xml": CONTENTS}),
    "ris": ({"kind": "ris", "file": "r.ris", "files": "pdfs"}, {"r.ris": RIS}),
    "ris-wos": ({"kind": "ris", "file": "savedrecs.txt"}, {"savedrecs.txt": WOS}),
    "crossref": (
        {"kind": "crossref", "file": "c.json", "files": "pdfs"},
        {"c.json": {"message": {"items": [WORK, {"DOI": "10.5555/i", "type": "journal-issue"}]}}},
    ),
    "openalex": (
        {"kind": "openalex", "file": "o.json", "files": "pdfs"},
        {"o.json": {"meta": {"count": 2},
                    "results": [OPENALEX, {**OPENALEX, "id": "https://openalex.org/W2"}]}},
    ),
    "openalex-folder": (
        {"kind": "openalex", "file": "o"},
        {"o/a.jsonl": "".join(json.dumps({**OPENALEX, "doi": n}) + "\n" for n in "ab"),
         "o/b.json": [{**OPENALEX, "id": "https://openalex.org/W3"}]},
    ),
    "frab": ({"kind": "frab", "file": "s.json", "files": "pdfs"}, {"s.json": SCHEDULE}),
    "frab-xml": ({"kind": "frab", "file": "s.xml", "site": "https://a.org"}, {"s.xml": PENTABARF}),
    "csljson-attachments": (
        {"kind": "csljson", "file": "c.json", "files": "pdfs"},
        {"c.json": {"items": [{**CSL, "attachments": [{"path": "x/r1.pdf"}]}, CSL]}},
    ),
    "pmlr": (
        {"kind": "pmlr", "folder": ".", "files": "pdfs"},
        {"_posts/2019-05-01-r1.md": POST, "_posts/2019-05-01-b.md": POST, "_config.yml": CONFIG},
    ),
    "easychair": (
        {"kind": "easychair", "folder": ".", "files": "pdfs"},
        {"submission.csv": SUBMISSIONS, "author.csv": PEOPLE},
    ),
    "miniconf-sessions": (
        {"kind": "miniconf", "folder": "."},
        {"papers.csv": SESSION_ROWS, "x_sessions.yml": SESSIONS},
    ),
    "bibtex": ({"kind": "bibtex", "file": "papers.bib", "files": "pdfs"}, {"papers.bib": BIBTEX}),
    "table-csv": (
        {"kind": "table", "file": "t.csv", "files": "pdfs"}, {"t.csv": _csv(ROW)}
    ),
    "table-tsv": ({"kind": "table", "file": "t.tsv"}, {"t.tsv": _tsv(ROW)}),
    "table-json": (
        {"kind": "table", "file": "t.json"}, {"t.json": [ROW, {**ROW, "authors": ["A B"]}]}
    ),
    "table-jsonl": (
        {"kind": "table", "file": "t.jsonl"},
        {"t.jsonl": "".join(json.dumps({**ROW, "paper_id": n}) + "\n" for n in "abc")},
    ),
    "table-md": ({"kind": "table", "file": "t.md"}, {"t.md": _markdown(ROW)}),
    "arxiv": ({"kind": "arxiv", "file": "feed.xml", "files": "pdfs"}, {"feed.xml": ATOM}),
    "csljson": ({"kind": "csljson", "file": "c.json"}, {"c.json": [CSL, {**CSL, "id": 5}]}),
    "miniconf": (
        {"kind": "miniconf", "folder": "."},
        {"main_papers.csv": _csv({"UID": "main.1", "title": "T", "authors": "A B|C D",
                                  "abstract": "A", "keywords": "k", "paper_id": ""}),
         "main_sessions.yml": SESSIONS},
    ),
    "virtual": (
        {"kind": "virtual", "file": "e.json", "abstracts": "a.json", "site": "https://icml.cc"},
        {"e.json": {"count": 3, "results": [EVENT, {**EVENT, "id": 8}, {"eventtype": "Break"}]},
         "a.json": {"7": "An abstract"}},
    ),
    "paperoni": (
        {"kind": "paperoni", "file": "m.json", "institute": "Mila"}, {"m.json": [MILA, MILA]}
    ),
    "paperoni-yaml": (
        {"kind": "paperoni", "file": "m"},
        {"m/a.yml": json.dumps([MILA], indent=1), "m/b.json": {"_papers": [MILA]}},
    ),
    **{
        f"listing-{layout}": (
            {"kind": "listing", "file": "page.txt", "layout": layout}, {"page.txt": LISTING}
        )
        for layout in ("results", "publications", "session", "paper")
    },
}  # fmt: skip
"""Source -> (settings, files) of a miniature."""

ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 5, 2**70, -(2**63), 1e400, 0.1, "", " ", "\ud800", "\x00", "x" * 300,
    "x" * 200_000, [], [[]], {}, {"value": None}, [None, 5, {}, []], "/etc/passwd", "../../x",
    "http://[bad", "http://a..b/", f"http://{'a' * 70}.org/", "file:///etc/passwd", "9" * 400,
    "Tue 11 June 2019, 9:00", "2019-13-45", "???", "\u202e\ufeff\u200b", "{" * 50, "%s{0}",
)  # fmt: skip
ODD_TEXTS = (
    '"', "'", "{", "}", "[", "]", "@", "@article{", "@ article\n{", "#", "&a ", "*a", "<<: ", "- ",
    "!!python/object:x ", "!!int x", "!!binary x", "2019-13-45", "0x" + "f" * 5000, "9" * 5000,
    "\\", "$", "\\begin{x}", "\x00", "\ufeff", "\u2028", "\r", "\n", "\t", ",", ";", "|",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "<entry>", "</feed>", "<![CDATA[", "NaN", "1e999",
    "\\ud800", '"\\ud83d"', "[" * 3000, "{" * 3000, "{'a':" * 500, "<a>" * 500, "(" * 500,
    "x" * 140_000, "a b " * 40_000, "\n" * 5000, "Aa" * 75 + "1", "é" * 5000,
)  # fmt: skip


@dataclass
class Report:
    """The number of cases by source and outcome, and the failures."""

    cases: int = 0
    seconds: float = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0, "")

    def text(self) -> str:
        """Return the report to print."""
        outcomes = ", ".join(f"{count:,} {name}" for name, count in self.outcomes.most_common())
        lines = [
            *self.failures[:20],
            f"{self.cases:,} inputs in {self.seconds:.0f} s: {outcomes}",
            f"slowest: {self.slowest[0]:.2f} s ({self.slowest[1]})",
            f"{len(self.failures)} failures",
        ]
        return "\n".join(lines)


class HangError(BaseException):
    """A case took longer than `LONGEST`; no handler of the code under test catches it."""


def fuzz_metadata(seed: int, count: int, seconds: float, keep: Path | None = None) -> Report:
    """Run at most `count` cases and `seconds`; return the report."""
    report, started = Report(), time.monotonic()
    names = [*SEEDS, "catalog"]
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(count):
            if time.monotonic() - started > seconds:
                break
            folder, name = Path(temporary) / str(number), names[number % len(names)]
            label = f"{name}, seed {seed}, case {number}"
            write_case(folder, name, random.Random(f"{seed} {number}"))
            outcome = _run(folder, name, label, report)
            if outcome == "failed" and keep:
                kept = keep / label.replace(", ", "-").replace(" ", "-")
                shutil.copytree(folder, kept, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(folder)
    report.seconds = time.monotonic() - started
    return report


def _run(folder: Path, name: str, label: str, report: Report) -> str:
    """Read a case, add its outcome to the report, and return it."""
    before, began = _largest(), time.monotonic()
    try:
        with _time_limit(LONGEST):
            outcome = read_case(folder, name)
    except HangError:
        outcome = _fail(report, label, f"hang of more than {LONGEST:g} s")
    except Exception:  # noqa: BLE001 - finding these is the purpose
        outcome = _fail(report, label, traceback.format_exc(limit=-4))
    if (grown := _largest() - before) > MEMORY:
        outcome = _fail(report, label, f"took {grown / 1e6:,.0f} MB")
    report.cases += 1
    report.outcomes[outcome] += 1
    report.slowest = max(report.slowest, (time.monotonic() - began, label))
    return outcome


def _fail(report: Report, label: str, reason: str) -> str:
    report.failures.append(f"{label}: {reason}")
    return "failed"


def _largest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def stop(*arguments: object) -> None:
        raise HangError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def write_case(folder: Path, name: str, rng: random.Random) -> None:
    """Write the files of one case into the new folder."""
    folder.mkdir()
    (folder / "pdfs").mkdir()
    for file in ("B1x.pdf", "B1x.txt", "r1.pdf", "stray.txt", "abasi19a.pdf"):
        (folder / "pdfs" / file).write_text("text")
    (folder / "pdfs" / "link.pdf").symlink_to("/etc/hostname")
    if name == "catalog":
        files: dict[str, str | object] = {
            "catalog.yml": CATALOG, "works.yml": "join:\n  - [a, b]\nseparate: [[c, d]]\n",
            "questions.jsonl": '{"query": "q", "paper_id": "r1"}\n', "papers.csv": _csv(ROW),
            "items.json": [CSL], "mila/a.json": [MILA],
        }  # fmt: skip
        mutated = rng.choice(["catalog.yml"] * 6 + ["works.yml", "questions.jsonl"])
    else:
        settings, files = SEEDS[name]
        source = {**settings, "venue": VENUE}
        (folder / "catalog.yml").write_text(json.dumps({"title": "T", "sources": [source]}))
        mutated = rng.choice(list(files))
    for file, content in files.items():
        (folder / file).parent.mkdir(exist_ok=True)
        data = mutate(content, rng) if file == mutated else _to_bytes(content)
        (folder / file).write_bytes(data)


def mutate(content: str | object, rng: random.Random) -> bytes:
    """Return a file's content with one to four mutations of its values or bytes."""
    if not isinstance(content, str) and rng.random() < 0.6:
        value = copy.deepcopy(content)
        with suppress(RecursionError):  # values may be nested too deeply to copy
            for _ in range(rng.randint(1, 4)):
                _mutate_value(value, rng)
            return _to_bytes(value)
    data = bytearray(_to_bytes(content))
    for _ in range(rng.randint(1, 4)):
        _mutate_bytes(data, rng)
    return bytes(data)


def _to_bytes(content: str | object) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    return text.encode("utf-8", "surrogatepass")


def _mutate_value(value: Any, rng: random.Random) -> None:
    """Change one value somewhere in a JSON value, in place."""
    holders = list(_holders(value))
    if not holders:
        return
    holder, key = rng.choice(holders)
    kind = rng.randrange(6)
    if kind == 0 and isinstance(holder, dict):
        del holder[key]
    elif kind == 1:
        deep: Any = 1
        for _ in range(rng.choice([5, 100, 300])):
            deep = [deep] if rng.random() < 0.5 else {"value": deep}
        holder[key] = deep
    elif kind == 2:
        holder[key] = copy.deepcopy(rng.choice(holders)[0])
    elif kind == 3 and isinstance(holder, list):
        holder.extend([copy.deepcopy(holder[key]) for _ in range(rng.choice([1, 50]))])
    else:
        holder[key] = copy.deepcopy(rng.choice(ODD_VALUES))


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container of a JSON value with each of its keys or indexes."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in list(keys):
        yield value, key
        yield from _holders(value[key])


def _mutate_bytes(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        del data[at:]
    elif kind == 1 and data:
        data[at % len(data)] = rng.randrange(256)
    elif kind == 2:
        del data[at : at + rng.randint(1, 40)]
    elif kind == 3:
        part = data[at : at + rng.randint(1, 200)]
        data[at:at] = part * rng.choice([1, 2, 200])
    else:
        data[at:at] = rng.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")


def read_case(folder: Path, name: str) -> str:
    """Read a case as a build does, and return its outcome. Raises what a build must not raise."""
    try:
        publication = catalog.load(folder / "catalog.yml", folder)
        if name == "catalog" and any(source.kind != "table" for source in publication.sources[:1]):
            return "read"
        items = collection.read(publication.sources, folder / "downloads", offline=True)
    except UserError as error:
        str(error).encode()
        return "refused"
    _check_counts(items)
    papers, unmatched = matching.match(items.papers, items.loose, {})
    database = Database(memory=True)
    database.executescript(SCHEMA)
    texts = dict.fromkeys(items.files(), "")
    for _ in load.save_papers(database, papers, texts, {p.paper_id: p.paper_id for p in papers}):
        pass
    load.save_alternate_values(database, items.alternate_values)
    load.save_problems(database, [*items.problems, *unmatched])
    load.save_tallies(database, items.tallies)
    database.close()
    return "read with problems" if items.problems else "read"


def _check_counts(items: collection.Items) -> None:
    for tally in items.tallies:
        accounted = tally.papers + tally.completed + tally.skipped + tally.lost
        if tally.items != accounted:
            raise AssertionError(f"{tally.items} items, but {accounted} are accounted for")
    private = [path for path in items.files() if "link" in path.name]
    if private:
        raise AssertionError(f"reads {private}, which leads out of the folder")
