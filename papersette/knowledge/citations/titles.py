"""Finds the end of a reference's title, by its quotation marks or by the text that follows it.

A title may have several sentences and commas. It ends before the place of publication: "In:", a
journal with its volume, a place with its publisher, a thesis, an address. The first sentence that
is one of these ends it or, in styles without full stops, the first part between commas. The rules
are ours; benchmarks/references.py measures them.
"""

from __future__ import annotations

import re

from papersette.knowledge.citations.containers import (
    ABBREVIATED,
    EDITION,
    NO_TITLE_START,
    NUMBER_START,
    PART_START,
    PUBLISHER,
    TITLED_VOLUME,
    VOLUME,
    is_abbreviated,
    is_container,
    is_name,
    is_place,
    is_short_name,
)
from papersette.knowledge.citations.journals import read_shortened

MAX_TITLE = 400
CLOSING = {
    "“": "”“", '"': '"', "‘": "’‘'", "'": "'’", "`": "'’´", "«": "»", "»": "«", "„": "“”\"",
    "”": "”", "’": "’", "―": "‖", "‗": "‘’", "‹": "›", "›": "‹", "‚": "‘’", "「": "」", "《": "》",
}  # fmt: skip
"""Opening quotation mark -> marks that can close the quotation."""
AFTER_QUOTE = re.compile(
    r"\s*(?:[.,;:)(\[\]–—-]|$|\d)|\s+(?:[Ii]n|[Dd]ans|[Ee]n|[Ii]m)\b"
    r"|\s+[A-ZÀ-Þ]\w+(?:\s\w+){0,7},?\s\d"
)
"""Text after a quotation that is the whole title, not just its beginning."""
SENTENCE_END = re.compile(r"([.?!])[\"”’']?(?:\s+|$)")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:vs|e\.g|i\.e|cf|dr|mr|st|no|vol|approx|resp|w\.r\.t|v\d+|bd|nr|hl|bzw|ca|u\.a"
    r"|[^\W\d_])$",
    re.IGNORECASE,
)
ORDINAL = re.compile(r"(?:^|\D)\d{1,2}$")
EDITED = re.compile(r"Aufl|Ausg|Jg\b|Jahrg|Bd\b|Ed\.|Edition|(?!ar[Xx]iv)[a-zü]")
"""Text after an ordinal number."""
AFTER_TITLE = re.compile(
    r"(?:1[5-9]|20)\d\d\b|\d{4}\.\d|\d+(?:st|nd|rd|th)\b"
    r"|\d+\.?\s?(?:,\s)?(?:[a-zü.]+\s)*(?:Aufl|[Ee]d[.ni]|[ée]d\.)"
)
"""Numbers at the start of text after a title: a year, "35th Conference", "2. Aufl."."""
HARD_END = re.compile(
    r"(?=[.,;:?!\s\[<h])"  # the first characters of all alternatives
    r"(?:[.,;:?!]?\s+\(?(?:In|in|Dans|dans|En|en|Em|V|В|В кн\.|في)\s?:\s"
    r"|(?:(?<=[.?!\])])|(?<=[.?!][”’\"])),?\s+\(?[Ii]n\s+(?=[^\W\d_a-z“‘\"'„])"
    r"|,\s+in\s+(?=[^\W\d_a-z“‘\"'„(])"
    r"|\s\((?=[^\W\d_a-z](?![^()]*\bet al)[^()]{2,90},\s(?:1[5-9]|20)\d\d\)(?:[.,]|$))"
    r"|;\s(?=[^\W\d_a-z][^.;:]{1,60}:\s[^.;:]{2,40},\s(?:1[5-9]|20)\d\d)"
    r"|\s//\s?|[.,:]?\s+\(?(?:https?:|www\.)|\s?\[?<?https?://"
    r"|[.,]?\s\[(?:[Oo]nline|Електрон|Электрон|On-line))"
)
"""End of a title in any style: "In:", "(Wiley, Oslo, 1976)", "; Wiley: Oslo, 1976", the "//" of
Russian styles, an address."""
SENTENCE_AFTER = re.compile(r".\W\.\s|[?!]\W\s(?=[^\W\d_a-z])")
"""Text around the closing mark of a quotation that may be only the first sentence."""
TRANSLATED = re.compile(r"\s?\[[^\]\d][^\]]{2,200}\]")
"""A translation of a title, in brackets."""
STATE = re.compile(r"(?:[A-Z]{2,3}|[A-Z][a-z]{2,4}\.|England|Canada|Germany|Australia)\s?:")
"""A state or country between a city and a publisher: "Reading, MA: Addison-Wesley"."""
LAST_OF_MANY = re.compile(r"(?:and|und|et|y|e|&)\s")
"""Start of the last part of an enumeration: "Forests, Fields, and Gardens"."""
VOLUME_NUMBER = re.compile(r"[Vv]ol(?:ume|\.)?\s\d+$")
MAX_CITY = 12
"""Most letters of a city of one word before another one."""
BEFORE_SHORTENED = re.compile(r",\s(?=[^\W\d_a-z][^\W\d_]*\.|[A-Z]{2,}\s)")
NUMBER_AFTER_COMMA = re.compile(r",\s?\(?\d")


def split_title(rest: str, ending: str) -> tuple[str, str]:
    """Return the title and the text after it; `ending` is that of the author list before it."""
    quoted = _find_closing(rest)
    if not quoted:
        end = _find_end(rest, ending)
        return rest[:end], rest[end:].lstrip(" ,.")
    if SENTENCE_AFTER.match(rest, quoted - 1) and (end := _find_end(rest, ending)) > quoted + 3:
        return rest[:end], rest[end:].lstrip(" ,.")  # “Is it art?” On paintings. In: …
    translated = TRANSLATED.match(rest, quoted + 1)
    title = rest[1:quoted].strip(" .,") + (translated[0] if translated else "")
    return title, rest[translated.end() if translated else quoted + 1 :].lstrip(" ,.")


def _find_closing(rest: str) -> int:
    """Return the offset of the mark that closes a quoted title; 0 if the title is not quoted."""
    closers = CLOSING.get(rest[:1])
    if not closers:
        return 0
    for i in range(2, min(len(rest), MAX_TITLE)):
        following = rest[i + 1 : i + 2]
        if rest[i] in closers and not following.isalnum():
            translated = TRANSLATED.match(rest, i + 1)
            after = translated.end() if translated else i + 1
            if rest[i - 1] in ".,?!" or AFTER_QUOTE.match(rest, after):
                is_subtitle = rest[i + 1 : i + 3] == ": " and not _begins_container(rest[i + 3 :])
                return 0 if is_subtitle else i
    return 0


def _begins_container(text: str) -> bool:
    """Whether the text after a quotation and a colon names a publication, not a subtitle."""
    stops = _sentence_ends(text[:MAX_TITLE], text)
    first = text[: stops[0]].strip(" .")
    return is_container(first) or (is_container(text) and is_name(first))


def _find_end(rest: str, ending: str) -> int:
    """Return the end of a title that is not quoted; not beyond the start of a shortened journal."""
    end = _find_end_before_container(rest, ending)
    # After a comma, words with capitals may be a part of the title.
    commas = [match.end() for match in BEFORE_SHORTENED.finditer(rest, 0, end)]
    ends = sorted([*_sentence_ends(rest[:end], rest), *commas])
    return next((stop for stop in ends if stop < end and read_shortened(rest[stop:])), end)


def _find_end_before_container(rest: str, ending: str) -> int:
    limit = min(len(rest), MAX_TITLE)
    hard = HARD_END.search(rest, 3, limit + 10)
    before = rest[: hard.start() if hard else limit]
    stops = _sentence_ends(before, rest)
    parts = [before[a:b].strip(" .") for a, b in zip([0, *stops], stops, strict=False)]
    in_next = hard is not None and hard.group().strip(" .,;:").lower() in {"in", "//"}
    first = _first_container(parts, in_next=in_next)
    if (
        first > 1
        and ending in {"stop", "comma"}
        and rest[stops[0] - 2] == "."
        and not is_place(parts[first])
    ):
        first = 1  # with the year at the end, a series is more frequent than a subtitle
    if first:
        start = stops[first - 1]
        return start + _subtitle_end(before[start : stops[first]])
    if hard and (len(parts) < 3 or in_next):
        return _end_before(before, hard.start())
    if len(parts) > 1 and len(rest) - stops[0] > 3:
        return stops[-2] + _subtitle_end(before[stops[-2] :]) or stops[0]
    return _comma_end(before, ending)


def _subtitle_end(sentence: str) -> int:
    """Return the end of a subtitle that a comma separates from its place; 0 if there is none.

    >>> _subtitle_end("A study of two towns, London: Example Press.")
    22
    """
    if NUMBER_AFTER_COMMA.search(sentence):
        return 0  # it is a journal with its volume, or a publisher with the year
    end = _comma_end(sentence, "year")
    begins = sentence[:end].strip(" ,")
    is_title = 0 < end < len(sentence) and len(begins.split()) > 1 and not is_name(begins)
    return end if is_title and not is_container(begins) and not VOLUME.match(begins) else 0


def _end_before(before: str, end: int) -> int:
    """Return the end of a title that is followed by "In:" or an address."""
    commas = [m.end() for m in re.finditer(r",\s", before)]
    parts = [before[a:b].strip(" ,") for a, b in zip([0, *commas], [*commas, end], strict=True)]
    first = _first_container(parts) if commas else 0
    return commas[first - 1] if first and VOLUME.match(parts[first]) else end


def _sentence_ends(before: str, rest: str) -> list[int]:
    """Return the ends of the sentences; stops of abbreviations and before numbers do not count."""
    ends: list[int] = []
    for match in SENTENCE_END.finditer(before):
        following = rest[match.end() : match.end() + 24]
        if match[1] != ".":
            ends_here = not following[:1].islower() or following.startswith(("arXiv", "in ", "pp"))
        elif ORDINAL.search(before, max(0, match.start() - 4), match.start()) and EDITED.match(
            following
        ):
            ends_here = False  # "5. Aufl."
        elif following[:1].isdigit():
            ends_here = bool(AFTER_TITLE.match(following)) or bool(ends)
        else:
            short = ABBREVIATION.search(before, max(0, match.start() - 8), match.start())
            ends_here = not short or not following or following.startswith("In ")
        if ends_here:
            ends.append(match.end())
    return ends if ends and ends[-1] == len(before) else [*ends, len(before)]


def _first_container(parts: list[str], *, in_next: bool = False) -> int:
    """Return the index of the first sentence after the title; 0 if there is none.

    `in_next`: "In" follows these sentences, so that the last one is no place or publisher.
    """
    for i in range(1, len(parts)):
        if TITLED_VOLUME.match(parts[i]):
            return i
        if NUMBER_START.match(parts[i]) and not EDITION.fullmatch(parts[i]):
            return _walk_left(parts, max(1, i - 1), ABBREVIATED)
        if i > 1 and PART_START.match(parts[i]):
            return i - 1
        if parts[i][:1].islower() and VOLUME.match(parts[i].capitalize()):
            return _walk_left(parts, i, ABBREVIATED)  # "IEEE Trans. on Information Theory, 25"
        if i == len(parts) - 1 and is_short_name(parts[i]) and not in_next:
            return i - 1 if i > 1 and PUBLISHER.search(parts[i - 1]) else _walk_left(parts, i)
        if is_container(parts[i].lstrip("(")) or EDITION.fullmatch(parts[i]):
            journal = VOLUME.match(parts[i]) and not is_place(parts[i])
            return _walk_left(parts, i, ABBREVIATED if journal else 1)
    return 0


def _walk_left(parts: list[str], first: int, words: int = 1) -> int:
    """Return the index of the text after a title, with editions and short abbreviations before it.

    They begin the name of an abbreviated journal: "J. Comput" of "J. Comput. Syst. Sci.".
    """
    while first > 1 and (
        EDITION.fullmatch(parts[first - 1])
        or (words == 1 and len(parts[first - 1]) <= 12 and " " not in parts[first - 1])
        or (words > 1 and is_abbreviated(parts[first - 1], words))
    ):
        first -= 1
    return first


def _comma_end(before: str, ending: str) -> int:
    """Return the end of a title that a comma separates from the rest."""
    commas = [m.end() for m in re.finditer(r",\s", before)]
    parts = [
        before[a:b].strip(" ,.") for a, b in zip([0, *commas], [*commas, len(before)], strict=True)
    ]
    first = _first_part(parts)
    if not first and ending == "comma":
        first = next((i for i, part in enumerate(parts) if i and not part[:1].islower()), 0)
    return commas[first - 1] if first else len(before)


def _first_part(parts: list[str]) -> int:
    """Return the index of the first comma-separated part after the title; 0 if there is none."""
    places = [i for i in range(1, len(parts)) if is_place(parts[i])]
    for i in range(1, len(parts)):
        if NUMBER_START.match(parts[i]) and not EDITION.fullmatch(parts[i]):
            return _walk_over_places(parts, max(1, i - 1))
        if i > 1 and VOLUME_NUMBER.match(parts[i]) and is_name(parts[i - 1]):
            return i - 1  # "Hedges, Gardens in Europe, vol. 3"
        if EDITION.fullmatch(parts[i]) or i in places[-1:]:
            return _walk_over_cities(parts, i)
        if i not in places and is_container(parts[i]):
            is_journal = VOLUME.match(parts[i]) or NO_TITLE_START.match(parts[i])
            return i if is_journal else _walk_over_places(parts, i)
    return _walk_over_places(parts, len(parts)) % len(parts)


def _walk_over_cities(parts: list[str], first: int) -> int:
    """Include what precedes "London: Verso": editions, and the city of a state or of a second city.

    A title may be an enumeration: the words of "Hedge, Ditch, Orchard, London: Verso" are not
    cities.
    """
    city = parts[first - 1]
    is_city = len(city) <= MAX_CITY and " " not in city and not _is_enumerated(parts[:first])
    if first > 1 and (is_city or STATE.match(parts[first])):
        first -= 1
    while first > 1 and EDITION.fullmatch(parts[first - 1]):
        first -= 1
    return first


def _is_enumerated(parts: list[str]) -> bool:
    """Whether these parts are like a title that is an enumeration."""
    return all(" " not in part for part in parts) or bool(LAST_OF_MANY.match(parts[-1]))


def _walk_over_places(parts: list[str], first: int) -> int:
    """Include the places before a publisher, or at the end: "Paris", "Ithaca and London"."""
    inside = first < len(parts)
    least = max(1, first - (1 if inside and _is_enumerated(parts[: first - 1]) else 2))
    while first > least and is_short_name(parts[first - 1]):
        if inside and LAST_OF_MANY.match(parts[first - 1]):
            break
        first -= 1
    return first
