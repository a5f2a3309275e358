"""Choose the title of a paper among the blocks of type on its first pages.

No single rule is right: the largest type may be a journal's name, and metadata may come from a
template. Each block of lines in one type is scored by size, weight, position and length, by the
byline below it, and by its agreement with metadata or an archive's cover sheet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from papersette.fulltext import cleaning, covers, people, vocabulary
from papersette.fulltext.typography import Line, Metadata, TypedPage
from papersette.text import to_key

LEADING, DOUBLE = 1.9, 2.5
"""Largest distance between two baselines of one title, in ems; manuscripts are double-spaced."""
LONGEST = 300
"""Longest title in characters."""
USUAL_WORDS = range(3, 31)
AGREEMENT = 88
"""Least similarity (0 to 100) at which metadata or a cover sheet confirm a title."""
LEAST = 2.0
"""Least score of a title."""
IMPOSSIBLE = -9.0
"""Score of a block that cannot be a title, such as a section's heading."""
BYLINE_WITHIN = 7
"""Number of lines below a title that may name the authors."""
SUBTITLE_WITHIN = 2.6
"""Largest distance between the baselines of a title and its subtitle, in ems."""
LABEL = re.compile(r"(?:title|titel|titre|题 ?目|論?论?文?题 ?目)\s*[:：]?", re.IGNORECASE)
FILE_NAME = re.compile(
    r"(?:microsoft word|untitled|powerpoint|\S+\.(?:docx?|rtf|tex|dvi|pdf|odt|indd|qxd|fm|ps)\b)"
    r"|^\W*$|^\w{0,3}$|^(?:title|titel|paper|document|template|slide \d+|layout \d+)\W*$",
    re.IGNORECASE,
)
"""Titles in metadata that a program has derived from a file name."""


@dataclass(frozen=True)
class Title:
    """A title, with the index of its page and its lines there."""

    text: str
    page: int = 0
    lines: tuple[Line, ...] = ()


def find_title(
    pages: Sequence[TypedPage], covers_text: str, metadata: Metadata, body: float
) -> Title | None:
    """Return the title that the pages show, or None.

    Args:
        pages: The first pages without cover sheets.
        covers_text: The text of the cover sheets.
        metadata: Title and author that the file states about itself.
        body: Size of the running text in points.
    """
    stated = to_stated(metadata)
    for number, page in enumerate(pages):
        if block := _find_best(page, covers_text, stated, body):
            parts = _with_subtitles(block, page, stated, body)
            return Title(_spelling(_join_parts(parts), stated), number, _to_lines(parts, page))
    shown = to_key(" ".join(line.text for page in pages for line in page.columns))
    return Title(stated) if stated and to_key(stated) in shown else None


def _find_best(
    page: TypedPage, covers_text: str, stated: str | None, body: float
) -> list[Line] | None:
    """Return the block of a page that looks most like a title, the first of equals, or None."""
    text = " ".join(line.text for line in page.columns)
    best, highest = None, -math.inf
    for block in to_blocks(page):
        found = score(block, page, body, text, covers_text, stated)
        if found > highest:
            best, highest = block, found
    return best if highest >= LEAST else None


def _to_lines(parts: Sequence[Sequence[Line]], page: TypedPage) -> tuple[Line, ...]:
    """Return the lines of a page in the types and on the baselines of a title, in order."""
    baselines = {line.baseline for part in parts for line in part}
    types = [line.same_type for part in parts for line in part]
    return tuple(
        line
        for line in page.columns
        if line.baseline in baselines and any(same(line) for same in types)
    )


def to_stated(metadata: Metadata) -> str | None:
    """Return the title in the metadata, unless it is the name of a file or template."""
    title = " ".join(cleaning.fold_characters(metadata.title or "").split())
    return None if not title or FILE_NAME.search(title) or len(title) > LONGEST else title


def to_blocks(page: TypedPage) -> Iterator[list[Line]]:
    """Yield groups of consecutive lines in one type, from top to bottom."""
    left = [
        line
        for line in _with_raised(page.columns)
        if _has_words(line.text) and not LABEL.fullmatch(line.text)
    ]
    left.sort(key=lambda line: (-round(line.baseline), line.left))
    while left:
        block = [left.pop(0)]
        for line in list(left):
            following = next((o.text for o in left if o.baseline < line.baseline - 1), "")
            if _continues(block[-1], line) and not _is_break(line, block, following):
                block.append(line)
                left.remove(line)
            elif _continues(block[-1], line) or _is_far_below(line, block[-1]):
                break
        if not covers.is_boilerplate(join(block)):
            yield block


def _with_raised(lines: Sequence[Line]) -> list[Line]:
    """Return the lines; raised letters, as in “over Rᵈ”, are appended to the line before them."""
    kept: list[Line] = []
    for line in lines:
        last = kept[-1] if kept else None
        if (
            last
            and len(line.text) <= 2
            and line.text.isalpha()
            and line.size < 0.9 * last.size
            and abs(line.left - last.right) < 0.3 * last.size
            and abs(line.baseline - last.baseline) < 0.7 * last.size
        ):
            kept[-1] = replace(last, text=last.text + line.text, right=line.right)
        else:
            kept.append(line)
    return kept


def _is_far_below(line: Line, last: Line) -> bool:
    return line.baseline < last.baseline - DOUBLE * last.size


def _has_words(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]", text)) > 1


def _continues(one: Line, other: Line) -> bool:
    """Return whether a line continues the one above it: one type, one column, little space."""
    overlap = min(one.right, other.right) - max(one.left, other.left)
    return (
        abs(one.size - other.size) <= 0.06 * one.size
        and one.bold == other.bold
        and -0.2 * one.size <= one.baseline - other.baseline <= _leading(one, other) * one.size
        and (overlap > 0 or abs(one.baseline - other.baseline) < 0.2 * one.size)
    )


def _leading(one: Line, other: Line) -> float:
    capitals = one.text.isupper() and other.text.isupper()
    return DOUBLE if capitals or (one.bold and other.bold) else LEADING


def _is_break(line: Line, block: Sequence[Line], following: str) -> bool:
    """Return whether a line in the type of a title does not belong to it."""
    return (
        covers.is_boilerplate(line.text)
        or vocabulary.is_section(line.text)
        or people.is_byline(line.text, following)
        or covers.is_kind(block[-1].text)
        or line.text.lower() in {"by", "von", "par", "por"}
        or sum(len(one.text) for one in block) > LONGEST
    )


def join(lines: Sequence[Line]) -> str:
    """Return lines as one text, with words rejoined and without a footnote mark."""
    texts = [line.text for line in lines]
    rejoined = cleaning.join_hyphenated(texts, cleaning.to_vocabulary([texts]))
    return re.sub(r"(?<=[^\W\d])\s?[∗*†‡§¹²³]+$|(?<=[a-zß-ÿ])\d$", "", " ".join(rejoined)).strip()


def score(
    block: Sequence[Line],
    page: TypedPage,
    body: float,
    text: str,
    covers_text: str,
    stated: str | None,
) -> float:
    """Return a score of how much a block looks like the title of the paper.

    Args:
        block: Consecutive lines in one type.
        page: The page of the block.
        body: Size of the running text in points.
        text: The text of the page.
        covers_text: The text of the cover sheets.
        stated: The title in the metadata.
    """
    title = join(block)
    if not _may_be_title(title):
        return IMPOSSIBLE
    value = _type_score(block, page, body, title)
    value += _length_score(title) + _position_score(block, page) + _byline_score(block, page)
    value += 4.0 * _has_label(block, page) - 3.0 * _is_subtitle(block, page)
    value -= _other_kind_score(block, text, title)
    if stated:
        value += 4.0 * _agree(title, stated)
    if covers_text:
        value += 3.0 * (len(title.split()) > 2 and to_key(title) in to_key(covers_text))
    return value


def _may_be_title(title: str) -> bool:
    return (
        _has_words(title)
        and len(title) <= LONGEST
        and not covers.is_kind(title)
        and not vocabulary.is_section(title)
        and not re.fullmatch(vocabulary.CONTENTS, title, re.IGNORECASE)
    )


def _type_score(block: Sequence[Line], page: TypedPage, body: float, title: str) -> float:
    """Return a higher score for large, bold, centred type, and a lower one for logos."""
    first = block[0]
    return (
        4 * (min(first.size / max(body, 1.0), 2.2) - 1)
        - 3.0 * _is_letterspaced(title)
        + 1.0 * first.bold
        + 0.5 * _is_centred(block, page)
        + 0.4 * title.isupper()
    )


def _other_kind_score(block: Sequence[Line], text: str, title: str) -> float:
    """Return a score of how much a block looks like a journal, names, prose or an institution."""
    words = len(title.split())
    named = sum(bool(people.to_names(line.text)) for line in block)
    return (
        4.0 * covers.is_journal(title, text)
        + 3.0 * (named > len(block) / 2) * any(c.isupper() for c in title)
        + 1.5 * (title.endswith(".") and words > 8)
        + 2.0 * ("@" in title)
        + 3.0 * bool(people.INSTITUTION.search(title)) * (words < 7)
    )


def _is_letterspaced(title: str) -> bool:
    """Return whether a text consists of single letters, as engines return logos: "S O C IAL"."""
    words = title.split()
    return (
        len(words) > 4 and sum(len(word) < 3 and word.isupper() for word in words) > len(words) / 3
    )


def _has_label(block: Sequence[Line], page: TypedPage) -> bool:
    """Return whether "Title" is printed before a block, as on the forms of theses."""
    first = block[0]
    return any(
        LABEL.fullmatch(line.text)
        and abs(line.baseline - first.baseline) < first.size
        and line.left < first.left
        for line in page.columns
    )


def _is_centred(block: Sequence[Line], page: TypedPage) -> bool:
    return all(
        abs((line.left + line.right) / 2 - page.width / 2) < 0.04 * page.width
        and line.left > 0.1 * page.width
        for line in block
    )


def _length_score(title: str) -> float:
    """Return a higher score for a usual number of words; two Chinese characters are a word."""
    words = len(title.split())
    if not title.isascii() and re.search("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", title):
        words = max(words, len(title) // 2)
    if words in USUAL_WORDS:
        return 1.0
    return 0.0 if words == 2 else -2.5 if words < 2 else -3.0


def _position_score(block: Sequence[Line], page: TypedPage) -> float:
    """Return a lower score for a block in the top margin or in the lower half of a page."""
    height = block[0].baseline / max(page.height, 1.0)
    return -1.5 if height > 0.955 else 0.8 if height > 0.6 else 0.0 if height > 0.4 else -2.0


def _byline_score(block: Sequence[Line], page: TypedPage) -> float:
    """Return a score, higher if the names are near; a subtitle may be in between."""
    last = block[-1]
    below = sorted(
        (
            line
            for line in page.columns
            if line.baseline < last.baseline - 2 and _has_words(line.text)
        ),
        key=lambda line: -line.baseline,
    )
    for number, line in enumerate(below[:BYLINE_WITHIN]):
        if people.to_names(line.text) or people.is_byline(line.text):
            return 2.0 if number < 2 else 1.5
    return 0.0


def _is_subtitle(block: Sequence[Line], page: TypedPage) -> bool:
    """Return whether larger lines that may be a title are directly above a block."""
    first = block[0]
    return any(
        line.size > 1.08 * first.size
        and 0 < line.baseline - first.baseline < SUBTITLE_WITHIN * line.size
        and min(line.right, first.right) > max(line.left, first.left)
        and not covers.is_kind(line.text)
        and not covers.is_boilerplate(line.text)
        and not covers.is_journal(line.text, "")
        and len(line.text.split()) > 1
        for line in page.columns
    )


def _agree(title: str, stated: str) -> float:
    """Return 1 if both are the same title, 0.8 if one is the beginning of the other, else 0."""
    one, other = to_key(title), to_key(stated)
    if not one or not other:
        return 0.0
    if fuzz.ratio(one, other) >= AGREEMENT:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    return 0.8 if len(shorter) >= 15 and longer.startswith(shorter) else 0.0


def _with_subtitles(
    block: list[Line], page: TypedPage, stated: str | None, body: float
) -> list[list[Line]]:
    """Return a title with the blocks directly below it that belong to it.

    They belong to it if the title ends in a colon, if the title in the metadata includes them, or,
    if the metadata have no title, if they are set larger than the text.
    """
    parts = [block]
    for other in to_blocks(page):
        last, first = parts[-1][-1], other[0]
        near = 0 < last.baseline - first.baseline < SUBTITLE_WITHIN * max(last.size, first.size)
        if not near or people.to_names(join(other)) or people.is_byline(first.text):
            continue
        title = " ".join(map(join, parts))
        if (
            len(f"{title} {join(other)}") > LONGEST
            or people.INSTITUTION.search(join(other))
            or _is_prose(other)
        ):
            break
        if (
            title.endswith(":")
            or (stated and _is_in_stated(title, join(other), stated))
            or (not stated and first.size > 1.15 * body and first.size < last.size * 1.02)
        ):
            parts.append(other)
    return parts


def _is_in_stated(title: str, subtitle: str, stated: str) -> bool:
    """Return whether the title in the metadata includes a subtitle."""
    return _ratio(f"{title} {subtitle}", stated) > _ratio(title, stated) + 1


def _is_prose(block: Sequence[Line]) -> bool:
    text = join(block)
    return text.endswith(".") and len(text.split()) > 12


def _ratio(title: str, stated: str) -> float:
    return float(fuzz.ratio(to_key(title), to_key(stated)))


def _join_parts(parts: Sequence[Sequence[Line]]) -> str:
    title = join(parts[0])
    for part in parts[1:]:
        title += (" " if title[-1:] in ".:?!" else ": ") + join(part)
    return title


def _spelling(title: str, stated: str | None) -> str:
    """Return the title as spelled in the metadata if the page has lost letters or accents."""
    if (
        not stated
        or not _is_damaged(title)
        or fuzz.ratio(to_key(title), to_key(stated)) < AGREEMENT
    ):
        return title
    return stated


def _is_damaged(title: str) -> bool:
    return bool(re.search(r"[´`¨ˆ˜¸ˇ]|[^\W\d_]![^\W\d_]|\ufffd", title))
