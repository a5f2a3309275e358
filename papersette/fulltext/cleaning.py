"""Clean raw pages for reading and search: pure functions on text.

`clean` turns raw pages into the clean lines of each page; `to_paragraphs` then joins lines.
docs/fulltext.md has the methods and measurements.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Container

from papersette.fulltext.line_numbers import drop_line_numbers
from papersette.fulltext.loose_accents import Habits, find_habits, join_loose

HEADING = re.compile(
    r"(\d+(\.\d+)*\.?|[A-Z]\.?) [A-Z][^.]{2,70}"
    r"|(?i:abstract|summary|references|résumé|références)"
)

EDGE_LINES = 2
"""Number of lines at the top and at the bottom of a page that may be running headers or footers."""
HYPHENS = "\x02\ufffe\u00ad"
"""Characters with which pdfium marks a hyphen at the end of a line."""
LINE_END_HYPHEN = re.compile(rf"[{HYPHENS}](?:\n|$|(?=\w))")
"""Such a hyphen with the end of its line, which the text may lack."""


def clean(pages: list[str]) -> list[list[str]]:
    """Return the lines of each page, without headers, footers and line numbers; rejoin words."""
    return clean_with_breaks(pages)[0]


def clean_with_breaks(pages: list[str]) -> tuple[list[list[str]], list[str]]:
    """Return the clean lines of each page, and the words that were joined without evidence.

    These words are in lower case and have their hyphen, as "fully-connected".
    """
    habits = find_habits("\n".join(pages))
    lines = [to_lines(page, habits) for page in pages]
    lines = drop_repeated_edges(lines)
    lines = drop_line_numbers(lines)
    words = to_vocabulary(lines)
    broken: dict[str, None] = {}
    return [join_hyphenated(page, words, broken) for page in lines], list(broken)


def to_lines(page: str, habits: Habits | None = None) -> list[str]:
    """Return the lines of a raw page with clean characters and single spaces.

    Empty lines are kept as paragraph breaks.
    """
    text = page.replace("\r\n", "\n").replace("\r", "\n")
    if any(hyphen in text for hyphen in HYPHENS):
        text = LINE_END_HYPHEN.sub("-\n", text)
    text = fold_characters(text, habits).replace("\t", " ")
    lines = (" ".join(line.split()) if "  " in line else line.strip() for line in text.split("\n"))
    return [collapse_shadow(line) for line in lines]


def collapse_shadow(line: str) -> str:
    """Return a line once if it is printed two or three times with an offset, as a shadow.

    >>> collapse_shadow("AABBSSTTRRAACCTT"), collapse_shadow("OOONNN IIICCC")
    ('ABSTRACT', 'ON IC')
    """
    if len(line) < 6 or line[0] != line[1]:
        return line
    for times in (3, 2):
        words = [_collapse(word, times) for word in line.split(" ")]
        if all(words):
            return " ".join(words)
    return line


def _collapse(word: str, times: int) -> str:
    """Return a word whose letters all occur `times` times in a row with each once, else ""."""
    once = word[::times]
    return once if "".join(c * times for c in once) == word else ""


def fold_characters(text: str, habits: Habits | None = None) -> str:
    """Join loose accents, expand ligatures, drop unreadable characters; keep powers and fractions.

    >>> fold_characters("Aur´elien’s eﬃcient x² (cid:12)")
    'Aurélien’s efficient x² '
    """
    # pdfminer.six writes a glyph without a Unicode value as (cid:12).
    text = re.sub(r"\(cid:\d+\)", "", text)
    # Figures made with Word contain base64, with or without its tag.
    text = re.sub(r"<latexi?t?[^>]{0,2000}>[^<]{0,100000}</latexi?t?>", "", text)
    text = re.sub(r"[A-Za-z0-9+/=]{60,}", "", text)
    text = join_loose(text, habits)
    if any(accent in text for accent in ACCENTS):
        text = STRAY.sub("", text)
    text = UNCOMMON.sub(lambda found: _clean_character(found[0]), text)
    return unicodedata.normalize("NFC", text)


ACCENTS = "´¨ˆ˜ˇ˚¯"
"""Accents that may be left without a letter."""
STRAY = re.compile(rf"[{ACCENTS}](?<!\S.)(?!\S)")
"""An accent without a letter: ALT 2019 leaves the accent of a name at the end of its line. The
accent comes first in the pattern, as it is looked for fastest."""
UNCOMMON = re.compile(r"[^ -~\n\t]")
"""A character outside plain ASCII; ASCII needs no cleaning and is most of a page."""


@functools.lru_cache(maxsize=65_536)
def _clean_character(c: str) -> str:
    if c < "\x7f":
        return c if c >= " " or c in "\n\t" else ""
    if (
        "\ufb00" <= c <= "\ufb06"
        or "\U0001d400" <= c <= "\U0001d7ff"
        or "\uff01" <= c <= "\uff5e"
        or "\ufb50" <= c <= "\ufeff"
    ):
        # Ligatures, letters of mathematical and wide fonts, Arabic presentation forms.
        return unicodedata.normalize("NFKC", c)
    if (
        unicodedata.category(c) in {"Cc", "Co", "Cn", "Cs"}
        or c in "\u00ad\u200b\ufffd"
        or "\ufe00" <= c <= "\ufe0f"
    ):
        return ""
    return " " if c.isspace() else c


def drop_repeated_edges(pages: list[list[str]]) -> list[list[str]]:
    """Drop running headers, footers and page numbers: edge lines repeated on many pages.

    Digits are ignored. The header "Under review as a conference paper at ICLR 2019" would make
    every paper a match for "review".
    """
    edges = [
        {i: _mask(page[i]) for i in _edges(page, EDGE_LINES if number else 1)}
        for number, page in enumerate(pages)
    ]
    seen: Counter[str] = Counter()
    for masks in edges:
        seen.update(set(masks.values()))
    # Two pages in five: left and right headers may differ, and first pages have no header.
    needed = max(2, -(-2 * len(pages) // 5))
    repeated = {line for line, times in seen.items() if times >= needed}
    headers = {
        page[i]
        for page, masks in zip(pages, edges, strict=True)
        for i, mask in masks.items()
        if mask in repeated
    }
    kept = [
        [
            line
            for i, line in enumerate(page)
            if i not in masks or not (masks[i] in repeated or line == str(number))
        ]
        for number, (page, masks) in enumerate(zip(pages, edges, strict=True), start=1)
    ]
    return [kept[0], *(_cut_header(page, headers) for page in kept[1:])] if kept else []


def _cut_header(page: list[str], headers: set[str]) -> list[str]:
    """Remove a running header that the engine has joined to the line below it.

    Headers of one or two words are not considered: a line of text may begin with them. Page 1 is
    left as it is, because its title may be the header of later pages.
    """
    for i, line in enumerate(page[:EDGE_LINES]):
        for header in headers:
            if header.count(" ") >= 2 and line.startswith(header + " "):
                return [*page[:i], line[len(header) + 1 :], *page[i + 1 :]]
    return page


def _edges(page: list[str], depth: int) -> set[int]:
    """Return the indexes of the lines that can be a running header or footer."""
    filled = [i for i, line in enumerate(page) if line]
    depth = min(depth, len(filled) // 4)  # the edges of a page with few lines are smaller
    return set(filled[:depth] + filled[len(filled) - depth :])


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", line.lower())


def to_vocabulary(pages: list[list[str]]) -> set[str]:
    """Return the words, with their hyphens, that are not split by a line break."""
    lines = [
        line.partition(" ")[2] if after else line
        for page in pages
        for line, after in zip(page, _after_hyphen(page), strict=False)
    ]
    # Most words occur several times: each token is looked at once.
    tokens = set("\n".join(lines).lower().split())
    return set(WHOLE_WORD.findall(" ".join(tokens)))


def _after_hyphen(page: list[str]) -> list[bool]:
    """Return for each line whether the line before it ends with a hyphen."""
    return [False, *(line.endswith("-") for line in page)]


WHOLE_WORD = re.compile(r"\w+(?:-\w+)*(?!\w|-)")
"""A word with its hyphens; not the start of a word that a line end has broken."""


def join_hyphenated(
    page: list[str], words: Container[str], broken: dict[str, None] | None = None
) -> list[str]:
    """Join words broken over two lines: "anis-" + "otropic", but keep "high-" + "dimensional".

    The hyphen is dropped, unless the paper elsewhere writes the compound with it and never without
    (the best of the rules measured), or a capital or digit follows: "Jean-" + "Marc". Compounds
    that the paper does not write elsewhere are added to `broken`, for the corpus to decide.
    """
    joined: list[str] = []
    for line in page:
        if "- " in line:
            line = re.sub(r"(\w{2,})- ([a-z]\w+)", lambda m: _join_known(m, words), line)
        ends = joined and joined[-1].endswith("-")
        if (
            ends
            and (first := re.search(r"(\w+)-$", joined[-1].rpartition(" ")[2]))
            and (rest := re.match(r"[^\W\d_]\w*", line))
        ):
            word, compound = first[1] + rest[0], f"{first[1]}-{rest[0]}"
            is_known = word.lower() in words
            keep = not rest[0][0].islower() or (compound.lower() in words and not is_known)
            if broken is not None and not keep and not is_known:
                broken[compound.lower()] = None
            head, _, tail = line.partition(" ")
            joined[-1] = (joined[-1] if keep else joined[-1][:-1]) + head
            if not tail:
                continue
            line = tail
        joined.append(line)
    return joined


def _join_known(match: re.Match[str], words: Container[str]) -> str:
    """Join "out- performing", which pdftotext writes inside a line, if the paper has the word."""
    return match[1] + match[2] if (match[1] + match[2]).lower() in words else match[0]


def to_paragraphs(lines: list[str]) -> str:
    """Join the lines of a page with spaces; paragraphs and headings begin on a new line."""
    full = sorted(map(len, lines))[int(len(lines) * 0.8)] if lines else 0
    text = ""
    for line in lines:
        heading = _is_heading(line)
        text += "\n" + line if heading else line
        ends = not line or heading or (len(line) < 0.8 * full and line[-1] in ".?!:")
        text += "\n" if ends else " "
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


def _is_heading(line: str) -> bool:
    return bool(HEADING.fullmatch(line))
