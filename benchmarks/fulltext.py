"""Measure speed and accuracy of text extraction on ALT 2019: `python benchmarks/fulltext.py`.

All measurements use the same PDFs in one run. The reference is the volume's BibTeX (abstracts and
titles), the outlines in the PDFs (headings), and other engines (words and their order). Needs
pdftotext (Debian: poppler-utils).
"""

import argparse
import contextlib
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams

from papersette.catalogs import catalog
from papersette.fulltext import cleaning, engines, extract
from papersette.records import Paper

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("PAPERSETTE_DATA", ROOT.parent / "shared" / "data"))
PHRASES = 200


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds of timings, for the median (%(default)s)"
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, help="the folder with alt2019/ (%(default)s)"
    )
    options = parser.parse_args()
    files = sorted((options.data / "alt2019").glob("*.pdf"))
    texts = dict(extract(files))
    print(f"{len(files)} PDFs, {sum(len(text.pages) for text in texts.values())} pages")
    measure_speed(files, options.rounds)
    papers = match_files(options.data, texts)
    measure_phrases(papers, texts)
    measure_order(texts)
    measure_front(papers, texts)
    measure_structure(texts)
    measure_memory(options.data / "search_iclr_2019.tar.xz")


def print_figure(measure: str, value: str) -> None:
    """Print one line of the results."""
    print(f"{measure:72} {value}", flush=True)


def measure_seconds(work, rounds: int) -> float:
    """Return the median seconds of `work`."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2]


def measure_speed(files: list[Path], rounds: int) -> None:
    """Print the speed relative to pdftotext, and that of pdfminer relative to pdfminer.six."""
    pdftotext = measure_seconds(lambda: [run_pdftotext(path) for path in files], rounds)
    plain = measure_seconds(lambda: list(extract(files, structure=False)), rounds)
    structured = measure_seconds(lambda: list(extract(files)), rounds)
    two = measure_seconds(lambda: list(extract(files, jobs=2)), rounds)
    print_figure(
        "pages a second without structure, relative to pdftotext",
        f"{pdftotext / plain:.2f} x",
    )
    print_figure("the same with structure", f"{pdftotext / structured:.2f} x")
    print_figure(
        "speed of two processes relative to one, with structure", f"{structured / two:.2f} x"
    )
    some = files[:10]
    ours = measure_seconds(lambda: [engines.read_pdfminer(path) for path in some], 1)
    stock = measure_seconds(
        lambda: [list(extract_pages(path, laparams=LAParams(all_texts=True))) for path in some], 1
    )
    print_figure(
        "--engine pdfminer relative to pdfminer.six alone, ten papers", f"{stock / ours:.2f} x"
    )


READ_ALL = """
import sys
from pathlib import Path
from papersette.fulltext import extract
if __name__ == "__main__":
    texts = dict(extract(sorted(Path(sys.argv[1]).rglob("*.txt"))))
"""


def measure_memory(archive: Path) -> None:
    """Measure the peak memory of reading all of ICLR 2019, and of a full build."""
    if not archive.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        (Path(folder) / "read.py").write_text(READ_ALL)
        options = ["--data", folder, "--db", f"{folder}/papers.db", "--cache", f"{folder}/cache"]
        reading = read_peak_memory(
            [sys.executable, f"{folder}/read.py", f"{folder}/search_iclr_2019"]
        )
        print_figure("peak memory of reading 1,589 papers, all texts kept", f"{reading} MiB")
        building = read_peak_memory(
            [
                sys.executable,
                str(ROOT / "build_db.py"),
                str(ROOT / "catalogs/iclr2019.yml"),
                *options,
            ]
        )
        print_figure("peak memory of a full build, with facts and map", f"{building} MiB")


def read_peak_memory(command: list[str]) -> int:
    """Return the peak MiB of a command or of its largest child process."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        usage = os.wait4(process.pid, 0)[2]
        process.returncode = 0
    return usage.ru_maxrss >> 10


def run_pdftotext(path: Path, *more: str) -> str:
    return subprocess.run(
        ["pdftotext", *more, path, "-"], capture_output=True, text=True, check=True
    ).stdout


def match_files(data: Path, texts) -> dict[Path, Paper]:
    """Match each file with its entry by name, independently of Papersette's own matching."""
    (source,) = catalog.load(ROOT / "catalogs" / "alt2019.yml", data).sources
    items = source.read(data, offline=True)
    papers = {
        to_letters(paper.paper_id.removesuffix("Paper")): paper
        for paper in items
        if isinstance(paper, Paper)
    }
    by_file = {}
    for path in texts:
        stem = to_letters(path.stem)
        if paper := papers.get(stem) or papers.get(stem[:-1]):
            by_file[path] = paper
    return by_file


def to_letters(text: str) -> str:
    """Return the letters and digits of a text: not by papersette.text, which is measured here."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if c.isalnum())


def to_words(text: str) -> list[str]:
    """Return the Latin words of a text in lower case, without accents."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c)
    )
    return re.findall(r"[a-z]+", plain)


def measure_phrases(papers: dict[Path, Paper], texts) -> None:
    """Print the share of phrases of abstracts that each engine finds, of those that any finds."""
    generator = random.Random(1)
    wanted = []
    for path, paper in papers.items():
        for run in re.findall(
            r"[A-Za-z ]{20,}", re.sub(r"\$[^$]*\$|\\\w+", "|", paper.abstract or "")
        ):
            found = run.split()
            wanted += [(path, " ".join(found[i : i + 3]).lower()) for i in range(len(found) - 2)]
    generator.shuffle(wanted)
    wanted = wanted[:PHRASES]
    sources = {
        "ours": lambda path: " ".join(f"{page.body} {page.refs}" for page in texts[path].pages),
        "pdftotext": run_pdftotext,
        "pdfminer.six": lambda path: " ".join(engines.read_pdfminer(path)),
        "pdfium": lambda path: " ".join(engines.read_pdfium(path)),
    }
    held = {}
    for name, read in sources.items():
        cached = {
            path: f" {' '.join(to_words(read(path)))} " for path in {path for path, _ in wanted}
        }
        held[name] = {(path, phrase) for path, phrase in wanted if f" {phrase} " in cached[path]}
    any_engine = set().union(*held.values())
    for name, found in held.items():
        print_figure(
            f"{PHRASES} three-word phrases of abstracts: found by {name}, of all found",
            f"{100 * len(found) / len(any_engine):.1f} %",
        )


def measure_order(texts) -> None:
    """Compare sequences of three words: all, without running headers, and without formulas.

    The first line compares two modes of pdftotext, which shows how much the order itself varies.
    """
    compare(
        "pdftotext without -raw",
        texts,
        lambda path: unchanged(join_hyphenated(run_pdftotext(path)), run_pdftotext(path, "-raw")),
    )
    for name, select in MEASURES:
        compare(
            name,
            texts,
            lambda path, select=select: select(read_ours(texts[path]), run_pdftotext(path, "-raw")),
        )


def compare(name: str, files, words_of) -> None:
    """Print recall and precision; `words_of` returns the words of a file by both engines."""
    shared = of_ours = of_theirs = 0
    for path in files:
        ours, theirs = (
            Counter(zip(found, found[1:], found[2:], strict=False)) for found in words_of(path)
        )
        shared += (ours & theirs).total()
        of_ours += ours.total()
        of_theirs += theirs.total()
    print_figure(
        f"three-word sequences, relative to pdftotext -raw, {name}: recall",
        f"{shared / of_theirs:.3f}",
    )
    print_figure(
        f"three-word sequences, relative to pdftotext -raw, {name}: precision",
        f"{shared / of_ours:.3f}",
    )


def read_ours(text) -> str:
    return " ".join(f"{page.body} {page.refs}" for page in text.pages)


def unchanged(ours: str, theirs: str) -> tuple[list[str], list[str]]:
    return to_words(ours), to_words(join_hyphenated(theirs))


def without_headers(ours: str, theirs: str) -> tuple[list[str], list[str]]:
    """Drop running headers from the other text, as ours has none."""
    pages = cleaning.drop_repeated_edges([cleaning.to_lines(page) for page in theirs.split("\f")])
    return to_words(ours), to_words(join_hyphenated("\n".join("\n".join(page) for page in pages)))


def prose(ours: str, theirs: str) -> tuple[list[str], list[str]]:
    """Return words of at least three letters that both texts have: engines differ in formulas."""
    both = without_headers(ours, theirs)
    known = {word for word in set(both[0]) & set(both[1]) if len(word) > 2}
    return [word for word in both[0] if word in known], [word for word in both[1] if word in known]


MEASURES = (
    ("all words", unchanged),
    ("without running headers", without_headers),
    ("without running headers and formulas", prose),
)


def join_hyphenated(text: str) -> str:
    return re.sub(r"(\w)-\n(?=[a-z])", r"\1", text)


def measure_front(papers: dict[Path, Paper], texts) -> None:
    """Print how often title and abstract are those of the BibTeX file."""
    # These two entries have other titles than their papers.
    titled = [path for path in papers if path.stem not in {"garivier19a", "abou-moustafa19a"}]
    right = [path for path in titled if is_same_title(texts[path].front.title, papers[path].title)]
    print_figure(
        "title of page 1 as in the BibTeX",
        f"{100 * len(right) / len(titled):.0f} % of {len(titled)}",
    )
    for path in set(titled) - set(right):
        print("   ", path.name, "|", texts[path].front.title, "|", papers[path].title)
    begins = [path for path in papers if path.stem != "garivier19a"]
    good = [
        path for path in begins if has_same_ends(texts[path].front.abstract, papers[path].abstract)
    ]
    print_figure(
        "abstract begins and ends as in the BibTeX",
        f"{100 * len(good) / len(begins):.0f} % of {len(begins)}",
    )
    for path in set(begins) - set(good):
        print(
            "   ",
            path.name,
            "|",
            (texts[path].front.abstract or "")[:60],
            "…",
            (texts[path].front.abstract or "")[-60:],
        )


def is_same_title(found: str | None, truth: str | None) -> bool:
    return to_letters(found or "") == to_letters(re.sub(r"\\mathbb|[{}$\\]", "", truth or ""))


def has_same_ends(found: str | None, truth: str | None) -> bool:
    """Return whether three of the first four and of the last four words are the same."""
    ours, theirs = (
        [w for w in to_words(t) if len(w) > 2]
        for t in (found or "", re.sub(r"\$[^$]*\$|\\\w+", " ", truth or ""))
    )
    return (
        len(ours) > 5
        and len(set(ours[:4]) & set(theirs[:4])) >= 3
        and len(set(ours[-4:]) & set(theirs[-4:])) >= 3
    )


def measure_structure(texts) -> None:
    """Print how many reference lists and headings are found."""
    with_list = [text for path, text in texts.items() if path.stem != "garivier19a"]
    found = sum(any(page.refs for page in text.pages) for text in with_list)
    print_figure(
        "start of the references found", f"{100 * found / len(with_list):.0f} % of {len(with_list)}"
    )
    missed = []
    truth = 0
    for path, text in texts.items():
        for title, page in read_numbered_headings(path):
            truth += 1
            if not any(
                page == heading.page and are_alike(title, heading.title)
                for heading in text.headings
            ):
                missed.append((path.stem, title, page))
    print_figure(
        "numbered headings of the PDFs' own outlines found, with their page",
        f"{100 - 100 * len(missed) / truth:.1f} % of {truth}",
    )
    for miss in missed:
        print("   ", *miss, sep=" | ")


def are_alike(one: str, other: str) -> bool:
    """Compare headings loosely: outlines have no formulas, and headings may be cut."""
    a, b = to_letters(one), to_letters(other)
    return SequenceMatcher(None, a, b).ratio() > 0.75 or (len(b) > 15 and a.startswith(b))


def read_numbered_headings(path: Path) -> list[tuple[str, int]]:
    """Return (title, page) of outline entries that pdftotext shows with a number on their page."""
    entries = []
    for title, page in read_outline(path):
        plain = re.sub(r"^[\dA-Z](\.\d+)*\.? ", "", title)
        shown = run_pdftotext(path, "-layout", "-f", str(page), "-l", str(page))
        lines = re.findall(
            r"^ *(?:Appendix )?(?:\d{1,2}|[A-Z])(?:\.\d{1,2})*\.? +(\S.*)$", shown, re.MULTILINE
        )
        if any(are_alike(plain, shown_line) for shown_line in lines):
            entries.append((plain, page))
    return entries


def read_outline(path: Path) -> list[tuple[str, int]]:
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        return [
            (b.get_title(), b.get_dest().get_index() + 1)
            for b in document.get_toc()
            if b.get_dest()
        ]


if __name__ == "__main__":
    if not (DATA / "alt2019").is_dir() and "--data" not in sys.argv:
        sys.exit("benchmarks/fulltext.py: needs the folder alt2019/; set PAPERSETTE_DATA or --data")
    main()
