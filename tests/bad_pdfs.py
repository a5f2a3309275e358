"""Make PDFs that break readers: `python tests/bad_pdfs.py FOLDER` writes them.

Each is made from a good PDF of ours or by hand; none is anybody's file.
"""

from __future__ import annotations

import random
import sys
import zlib
from pathlib import Path

from conftest import _assemble, make_pdf
from pypdf import PdfWriter

GOOD_PAGES = [
    [f"Page {number} has text about gradients.", "Second line of it."] for number in range(1, 6)
]
BOMB = 512 << 20
"""Size in bytes of the decompressed bomb, more than a thousand times that of the file."""


def make_endless(path: Path) -> Path:
    """Write a PDF whose page tree refers to itself: reading it takes for ever."""
    path.write_bytes(_assemble([b"<</Type/Catalog/Pages 2 0 R>>", b"3 0 R", b"2 0 R"]))
    return path


def make_huge_stream(path: Path) -> Path:
    """Write a PDF of one page of text, and one whose content says it has a terabyte."""
    show = b"BT /F1 11 Tf 60 780 Td (Page 1 has text about gradients.) Tj ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
        b"/Resources<</Font<</F1 %s>>>>>>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]>>",
        page % (4, font),
        b"<</Length %d>>stream\n%s\nendstream" % (len(show), show),
        page % (6, font),
        b"<</Length %d>>stream\nBT ET\nendstream" % (1 << 40),
    ]
    path.write_bytes(_assemble(objects))
    return path


def make_all(folder: Path) -> list[Path]:
    """Write every bad PDF into a folder."""
    good = make_pdf(folder / "good.pdf", GOOD_PAGES).read_bytes()
    files = {
        "zero.pdf": b"",
        "html.pdf": b"<!doctype html><html><title>Too many requests</title></html>",
        "random.pdf": random.Random(1).randbytes(40_000),
        "header-only.pdf": b"%PDF-1.7\n",
        "bomb.pdf": bomb(),
        "tree-loop.pdf": tree_loop(),
        "xref-loop.pdf": xref_loop(good),
        "many-pages.pdf": many_empty_pages(20_000),
        "reference-loop.pdf": make_endless(folder / "reference-loop.pdf").read_bytes(),
        "deep-arrays.pdf": _assemble(
            [b"<</Type/Catalog/Pages 2 0 R>>", b"[" * 50_000 + b"]" * 50_000]
        ),
    }
    files |= {f"cut-{part}.pdf": good[: len(good) * part // 11] for part in range(1, 11)}
    files |= {f"flipped-{seed}.pdf": flipped(good, seed) for seed in range(5)}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    encrypted(folder / "good.pdf", folder / "password.pdf", user="secret")
    encrypted(folder / "good.pdf", folder / "owner-password.pdf", user="")
    return sorted(path for path in folder.glob("*.pdf") if path.name != "good.pdf")


def flipped(content: bytes, seed: int) -> bytes:
    """Flip one bit in every hundred bytes."""
    chance = random.Random(seed)
    damaged = bytearray(content)
    for _ in range(len(content) // 100):
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def bomb() -> bytes:
    """Make a page whose content decompresses twice, to BOMB bytes of spaces."""
    outer = zlib.compressobj(9)
    inner = zlib.compressobj(9)
    chunk = b" " * (1 << 20)
    packed = b"".join(outer.compress(inner.compress(chunk)) for _ in range(BOMB >> 20))
    packed += outer.compress(inner.flush()) + outer.flush()
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    return _assemble(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, stream]
    )


def tree_loop() -> bytes:
    """Make a page tree that is its own child."""
    return _assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]/Parent 2 0 R>>",
        ]
    )


def xref_loop(good: bytes) -> bytes:
    """Make a cross-reference table that names itself as its predecessor."""
    start = good.rindex(b"xref\n0")
    assert b"/Root 1 0 R>>" in good
    return good.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % start)


def many_empty_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    return _assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
            *[page] * count,
        ]
    )


def encrypted(source: Path, target: Path, user: str) -> None:
    writer = PdfWriter(clone_from=source)
    writer.encrypt(user_password=user, owner_password="owner", algorithm="RC4-128")
    writer.write(target)


if __name__ == "__main__":
    for path in make_all(Path(sys.argv[1])):
        print(f"{path.stat().st_size:>10} {path}")
