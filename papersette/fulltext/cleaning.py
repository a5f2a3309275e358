"""Makes raw pages read well and search well: pure functions, each with the odd datum that forced it.

The rule: text in, text out; no function looks at a file. `clean` is the whole of it: raw pages in, the lines of each page
out; `to_paragraphs` then joins lines. Methods and measurements: docs/fulltext.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from papersette.fulltext.accents import ABOVE, compose

VERSION = "10"
"""Changes when the same raw pages may come out otherwise: part of the cache's key."""

HEADING = re.compile(
    r"(\d+(\.\d+)*\.?|[A-Z]\.?) [A-Z][^.]{2,70}|(?i:abstract|summary|references|résumé|références)"
)

EDGE = 2
"""How many lines at the top and at the foot of a page can be a running header or footer."""


def clean(pages: list[str]) -> list[list[str]]:
    """The lines of each page, without what belongs to the page and not to the text, and with words joined."""
    lines = [to_lines(page) for page in pages]
    lines = drop_repeated_edges(lines)
    lines = [drop_line_numbers(page) for page in lines]
    words = to_vocabulary(lines)
    return [join_hyphenated(page, words) for page in lines]


def to_lines(page: str) -> list[str]:
    """The lines of one raw page, characters cleaned, spaces folded; empty lines stay as paragraph breaks."""
    text = page.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(
        "[\x02\ufffe\u00ad](?:\n|$|(?=\\w))", "-\n", text
    )  # pdfium's mark for a hyphen at a line's end
    text = fold_characters(text)
    return [" ".join(line.split()) for line in text.split("\n")]


def fold_characters(text: str) -> str:
    """Accents composed, ligatures opened, rubbish dropped; powers, indices and fractions stay as they are.

    >>> fold_characters("Aur´elien’s eﬃcient x² (cid:12)")
    'Aurélien’s efficient x² '
    """
    text = re.sub(r"\(cid:\d+\)", "", text)  # pdfminer's word for a glyph without a Unicode value
    text = re.sub(
        r"<latexi?t?[^>]{0,2000}>[^<]{0,100000}</latexi?t?>", "", text
    )  # base64 that Word-made figures carry
    text = re.sub(
        r"[A-Za-z0-9+/=]{60,}", "", text
    )  # and what is left of it where a line end has cut the tag
    text = compose_accents(text)
    text = UNCOMMON.sub(lambda found: "".join(map(_fold, found[0])), text)
    return unicodedata.normalize("NFC", text)


UNCOMMON = re.compile(r"[^ -~\n\t]+")
"""All but plain ASCII, which is nearly all of a page and needs no look at each character."""


def _fold(c: str) -> str:
    if c < "\x7f":
        return c if c >= " " or c in "\n\t" else ""
    if (
        "\ufb00" <= c <= "\ufb06"
        or "\U0001d400" <= c <= "\U0001d7ff"
        or "\uff01" <= c <= "\uff5e"
        or "\ufb50" <= c <= "\ufeff"
    ):
        return unicodedata.normalize(
            "NFKC", c
        )  # ligatures, letters of mathematical and wide fonts, Arabic shapes
    if (
        unicodedata.category(c) in {"Cc", "Co", "Cn", "Cs"}
        or c in "\u00ad\u200b\ufffd"
        or "\ufe00" <= c <= "\ufe0f"
    ):
        return ""
    return " " if unicodedata.category(c) == "Zs" else c


def compose_accents(text: str) -> str:
    """
    >>> compose_accents("Aur´elien, G¨odel, Franc¸ois, Lo¨ıc")
    'Aurélien, Gödel, François, Loïc'
    """
    text = re.sub(f"([{ABOVE}])([A-Za-zı])", lambda m: compose(m[2], m[1]) or m[0], text)
    text = re.sub("([A-Za-z])(¸)", lambda m: compose(m[1], m[2]) or m[0], text)
    return re.sub(
        rf"(?<!\S)[{ABOVE}](?!\S)", "", text
    )  # ALT 2019 leaves the accent of a name at the end of its line


def drop_repeated_edges(pages: list[list[str]]) -> list[list[str]]:
    """Without running headers, footers and page numbers: edge lines that come back, digits aside, on many pages.

    "Under review as a conference paper at ICLR 2019" stood on each page and made every paper a hit for "review".
    """
    edges = [_edges(page, EDGE if number else 1) for number, page in enumerate(pages)]
    seen: Counter[str] = Counter()
    for page, places in zip(pages, edges, strict=True):
        seen.update({_mask(page[i]) for i in places})
    needed = max(
        2, -(-2 * len(pages) // 5)
    )  # left and right headers may differ, and first pages have none
    repeated = {line for line, times in seen.items() if times >= needed}
    headers = {
        page[i]
        for page, places in zip(pages, edges, strict=True)
        for i in places
        if _mask(page[i]) in repeated
    }
    kept = [
        [
            line
            for i, line in enumerate(page)
            if i not in places or not (_mask(line) in repeated or line == str(number))
        ]
        for number, (page, places) in enumerate(zip(pages, edges, strict=True), start=1)
    ]
    return [kept[0], *(_cut_header(page, headers) for page in kept[1:])] if kept else []


def _cut_header(page: list[str], headers: set[str]) -> list[str]:
    """Without a running header that has got joined to the line under it, but for page 1: its title begins as later headers.

    A header of one or two words could begin a line by chance.
    """
    for i, line in enumerate(page[:EDGE]):
        for header in headers:
            if header.count(" ") >= 2 and line.startswith(header + " "):
                return [*page[:i], line[len(header) + 1 :], *page[i + 1 :]]
    return page


def _edges(page: list[str], depth: int) -> set[int]:
    """Which lines can be a running header or footer; on page 1 the title, itself a later header, is the second line."""
    filled = [i for i, line in enumerate(page) if line]
    depth = min(depth, len(filled) // 4)  # of a page with a few lines, none is an edge
    return set(filled[:depth] + filled[len(filled) - depth :])


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", line.lower())


def drop_line_numbers(page: list[str]) -> list[str]:
    """Without the numbers that submissions print beside every line; fewer than twenty could be a table."""
    numbers = [line for line in page if re.fullmatch(r"\d{1,4}", line)]
    if len(numbers) < 20 or sorted(numbers, key=int) != numbers:
        return page
    return [line for line in page if not re.fullmatch(r"\d{1,4}", line)]


def to_vocabulary(pages: list[list[str]]) -> Counter[str]:
    """How often each word, also with its hyphens, stands whole inside a line."""
    words: Counter[str] = Counter()
    for page in pages:
        broken = False
        for line in page:
            inner = line.partition(" ")[2] if broken else line
            broken = line.endswith("-")
            words.update(re.findall(r"\w+(?:-\w+)*(?!\w|-)", inner.lower()))
    return words


def join_hyphenated(page: list[str], words: Counter[str]) -> list[str]:
    """Join a word broken over two lines: "anis-" + "otropic" is one word, "high-" + "dimensional" a compound.

    The hyphen goes unless the paper writes the compound with it elsewhere and never without (the rule that measured best).
    A capital or digit after the break keeps it: "Jean-" + "Marc".
    """
    joined: list[str] = []
    for line in page:
        if "- " in line:
            line = re.sub(r"(\w{2,})- ([a-z]\w+)", lambda m: _join_known(m, words), line)
        ends = joined and joined[-1].endswith("-")
        if (
            ends
            and (broken := re.search(r"(\w+)-$", joined[-1]))
            and (rest := re.match(r"[^\W\d_]\w*", line))
        ):
            whole, compound = broken[1] + rest[0], f"{broken[1]}-{rest[0]}"
            keep = not rest[0][0].islower() or (
                words[compound.lower()] > 0 and not words[whole.lower()]
            )
            head, _, tail = line.partition(" ")
            joined[-1] = (joined[-1] if keep else joined[-1][:-1]) + head
            if not tail:
                continue
            line = tail
        joined.append(line)
    return joined


def _join_known(match: re.Match[str], words: Counter[str]) -> str:
    """pdftotext can leave a broken word inside a line, "out- performing": joined if the paper has it whole elsewhere."""
    return match[1] + match[2] if words[(match[1] + match[2]).lower()] else match[0]


def to_paragraphs(lines: list[str]) -> str:
    """One page of running text: lines joined by spaces, a new line where a paragraph or heading begins."""
    full = sorted(map(len, lines))[int(len(lines) * 0.8)] if lines else 0
    text = ""
    for line in lines:
        text += "\n" + line if _is_heading(line) else line
        ends = not line or _is_heading(line) or (len(line) < 0.8 * full and line[-1] in ".?!:")
        text += "\n" if ends else " "
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def _is_heading(line: str) -> bool:
    return bool(HEADING.fullmatch(line))
