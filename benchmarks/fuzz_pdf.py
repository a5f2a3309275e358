"""Mutated PDFs: those of the sample, and small ones made for this purpose.

They are read as in a build, by workers, in batches. Allowed outcomes are text, or a reason that
lies in the file. A crashed worker loses only its file; crashes are counted.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path

from fuzz_metadata import HangError, Report, _time_limit
from measures.processes import find_family, read_kilobytes

from papersette.fulltext import Limits, Text, extract

ROOT = Path(__file__).parent.parent
BATCH = 200
"""Number of files in one call of `extract`, which starts new workers."""
LIMITS = Limits()
PATIENCE = 120.0
"""Seconds, after the time limit of a file, within which `extract` must yield its text or reason."""
WORKER = 512 << 20
"""Bytes that a worker may use in addition to the limit of a file, for Python and libraries."""

OBJECT = re.compile(rb"(?<=\n)(\d+) 0 obj\n.*?\nendobj\n", re.DOTALL)
LENGTH = re.compile(rb"(?<=/Length )\d+")
NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
STREAM = re.compile(rb"<<((?:(?!stream\n).)*)>>\s*stream\n(.*?)\nendstream", re.DOTALL)
NUMBERS = [*b"-1 0 65536 2147483647 -2147483648 4294967296 1e999 --5 null 1[".split(), b"9" * 5000]
ODD = (
    b"\0|<<|>>|[|]|(|)|<|/|%|endobj|endstream|stream\n|xref|trailer|/#00| Tj | BT | ET | q | Q |"
    b"BI ID | EI |\xfe\xff|/Filter/LZWDecode|/Predictor 15|/Encrypt<<>>|/Prev 9|/Count 99999999"
).split(b"|")
NESTS = (b"[", b"]"), (b"<</A", b">>"), (b"(", b")"), (b" q ", b" Q ")


def make_seeds(folder: Path) -> list[bytes]:
    """Return the PDFs to mutate: the sample's, and as many small ones."""
    sys.path.append(str(ROOT / "tests"))
    import bad_pdfs

    good = bad_pdfs.make_pdf(folder / "good.pdf", bad_pdfs.GOOD_PAGES).read_bytes()
    bad_pdfs.encrypted(folder / "good.pdf", folder / "owner.pdf", user="")
    bad = [(folder / "owner.pdf").read_bytes(), bad_pdfs.tree_loop(), bad_pdfs.xref_loop(good)]
    sample = [path.read_bytes() for path in sorted(ROOT.glob("data/sample/pdf/*/*.pdf"))]
    return [*sample, *[good] * 20, *bad * 3, bad_pdfs.many_empty_pages(50)]


def inflate(match: re.Match[bytes]) -> bytes:
    """Return a compressed stream uncompressed, so that mutations reach its content."""
    entries, data = match.groups()
    with suppress(zlib.error):
        data = zlib.decompress(data)
        entries = re.sub(rb"/Filter\s*/FlateDecode|/Length \d+", b"", entries)
        return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)
    return match[0]


def mend(pdf: bytes) -> bytes:
    """Return a PDF with a correct table of its objects, so that engines trust it."""
    places = {int(match[1][:6]): match.start() for match in OBJECT.finditer(pdf)}
    trailers = re.findall(rb"trailer\s*(<<.*?>>)\s*startxref", pdf, re.DOTALL)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items()))
    ends = (rows, trailers[-1] if trailers else b"<</Root 1 0 R>>", len(pdf) + 1)
    return pdf + b"\nxref\n0 1\n0000000000 65535 f \n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % ends


def mutate(pdf: bytes, rng: random.Random) -> bytes:
    """Return a PDF with one to four mutations."""
    data = bytearray(STREAM.sub(inflate, pdf) if rng.random() < 0.5 else pdf)
    for _ in range(rng.randint(1, 4)):
        rng.choice([_change, _change, _change_part])(data, rng)
    return mend(bytes(data)) if rng.random() < 0.5 else bytes(data)


def _change(data: bytearray, rng: random.Random) -> None:
    """Cut, flip, swap, repeat or insert bytes anywhere, in place."""
    at, to = rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)
    size, kind = rng.choice([1, 8, 300, 5000]), rng.randrange(10)
    if kind == 0:
        del data[at : rng.choice([at + size, len(data)])]
    elif kind < 4:
        for place in rng.choices(range(len(data) or 1), k=rng.choice([1, 3, 30, len(data) // 100])):
            data[place : place + 1] = bytes([rng.randrange(256)])
    elif kind < 6:
        data[at : at + size], data[to : to + size] = data[to : to + size], data[at : at + size]
    elif kind < 7:
        data[at:at] = data[to : to + size] * rng.choice([1, 2, 50])
    elif kind < 9:
        data[at:at] = rng.choice(ODD)
    else:
        (opening, closing), depth = rng.choice(NESTS), rng.choice([30, 600, 50_000])
        data[at:at] = opening * depth + closing * rng.choice([0, depth])


def _change_part(data: bytearray, rng: random.Random) -> None:
    """Change one object, number or length, in place."""
    pattern = rng.choice([OBJECT, NUMBER, NUMBER, LENGTH])
    parts = [match.span() for match in pattern.finditer(data)] or [(0, 0)]
    (start, end), other = rng.choice(parts), bytes(data[slice(*rng.choice(parts))])
    odd = [b"", other * 30, data[start:end] + other] if pattern is OBJECT else NUMBERS
    data[start:end] = rng.choice([*odd, other])


def fuzz_pdf(seed: int, count: int, seconds: float, keep: Path | None = None) -> Report:
    """Read at most `count` mutated PDFs for about `seconds`; return the report."""
    report, started = Report(), time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        seeds = make_seeds(Path(temporary))
        while report.cases < count and time.monotonic() - started < seconds:
            paths = []
            for number in range(report.cases, min(report.cases + BATCH, count)):
                rng = random.Random(f"{seed} {number}")
                paths.append(Path(temporary) / f"seed-{seed}-case-{number}.pdf")
                paths[-1].write_bytes(mutate(rng.choice(seeds), rng))
            _read(paths, report, started + seconds, keep)
            for path in paths:
                path.unlink()
    report.seconds = time.monotonic() - started
    return report


def _read(paths: list[Path], report: Report, ends: float, keep: Path | None) -> None:
    """Read a batch until the time ends, and add its outcomes to the report."""
    results = extract(paths, jobs=2, limits=LIMITS)
    for path in paths:
        began = time.monotonic()
        if began > ends:
            break
        try:
            with _time_limit(LIMITS.seconds + PATIENCE):
                outcome = _to_outcome(path, *next(results))
        except (Exception, HangError) as error:  # noqa: BLE001 - finding these is the purpose
            outcome = f"failed: extract ended with {type(error).__name__}: {error}"
        report.cases += 1
        report.outcomes[outcome.split(":")[0]] += 1
        report.slowest = max(report.slowest, (time.monotonic() - began, path.stem))
        if outcome.startswith("failed"):
            report.failures.append(f"{path.stem}: {outcome}")
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, keep)
    largest = _largest()
    results.close()  # type: ignore[attr-defined] # a generator, whose close ends its workers
    if largest > LIMITS.memory + WORKER:
        report.failures.append(f"{paths[0].stem} or later: {largest >> 20} MiB in a worker")


def _largest() -> int:
    """Return the largest memory of the running workers, in bytes."""
    workers = find_family(os.getpid())[1:]
    return max([0, *(read_kilobytes(worker, "status", "VmHWM:") << 10 for worker in workers)])


def _to_outcome(path: Path, found: Path, result: Text | str) -> str:
    """Return a name for an outcome; it starts with "failed" if the file is not the cause."""
    if found != path:
        return f"failed: {found.name} came instead"
    if isinstance(result, Text):
        return "text with a warning" if result.warning else "text"
    if not result or "bug in Papersette" in result or result.startswith("cannot be read:"):
        return f"failed: {result or 'no reason'}"
    return re.split(r"[:;(]|, ", result)[0].strip()
