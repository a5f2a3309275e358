"""Recognises where a work was published: journals, series, publishers, places, theses.

This information follows a title. It is recognised by its form ("Name, 12(3)", "Place: Publisher")
and by the words listed below, in the languages that are most common in reference lists.
"""

from __future__ import annotations

import re

NO_TITLE_START = re.compile(
    r"(?:[Rr]etrieved|[Aa]vailable|[Aa]ccessed|[Aa]ccess|[Dd]isponible|[Dd]isponível|[Aa]brufbar"
    r"|[Vv]erfügbar|[Oo]nline|URL|[Uu]npublished|[Uu]nveröffentlicht|[Pp]aper\s(?:presented|prepared)"
    r"|[Pp]resented\sat|[Pp]h\.?\s?[Dd]|[Dd]octoral|[Dd]iss(?:ertation|\.)|[Mm]aster.s?\s[Tt]hesis"
    r"|Thèse|[Ww]orking\s[Pp]apers?|[Dd]iscussion\s[Pp]apers?|[Tt]ech(?:nical|\.)\s[Rr]ep\w*|[Aa]rXiv"
    r"|CoRR|abs/\d+|[Mm]imeo|[Mm]anuscript|[Mm]anuskript|[Vv]ortrag|[Hh]abilitation|Proceedings|Proc\."
    r"|In\s|in:|[Ff]orthcoming|[Aa]rtículo"
    r"|[Ee]d(?:s|ited)?\.?\s(?:by\s)?[A-Z]|[Hh]rsg|[Tt]rans(?:l|lated)?\.?\s(?:by\s)?[A-Z]|[Üü]bers"
    r"|Springer|Elsevier|Wiley|MIT Press|pp\.|[Ss]pecial\s[Ii]ssue|[Tt]hesis)\b"
)
"""Words that begin the text after a title."""
EDITION = re.compile(
    r"\(?(?:\d+\.?\s?(?:st|nd|rd|th|ª|º|°)?|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]irst|[Rr]evised|[Rr]ev\."
    r"|[Nn]ew|überarbeitete|erweiterte|durchgesehene)?,?\s?(?:\w+\s){0,3}"
    r"(?:[Ee]d(?:n|ition|ição|ición|\.)?|Aufl(?:age)?|éd(?:ition)?|изд)\.?\)?(?:\s.{0,12})?"
    r"|(?:[Vv]ol(?:ume|\.)?|Bd\.?|Band|[Tt]ome)\s?[\dIVX]+"
)
"""A statement of edition or volume."""
PLACE = re.compile(
    r"[^\W\d_a-z][^:,;()]{1,38}(?:,\s?[A-Z]{2}|(?:,\s[^\W\d_a-z][\w.]+(?:\s[^\W\d_a-z][\w.]+)?){1,2})?"
    r"\s?:\s?(?:[^\W\d_a-z“‘]|de\s|van\s|edition|transcript|dtv|utb).{1,90}"
)
"""A place and a publisher, "Berlin/New York: de Gruyter", "Reading, MA: Addison-Wesley"."""
VOLUME = re.compile(
    r"[^\W\d_a-z][^\d]{1,110}?[\s,(.]\(?(?:[Vv]ols?\.?\s?|[Nn][or°º]?\.?\s?|Jg\.\s?|Heft\s|H\.\s?"
    r"|Bd\.\s?|Band\s|T\.\s|№\s?|n°\s?)?"
    r"(?!(?:1[5-9]|20)\d\ds)\d{1,4}[a-z]?\s?(?:[(:,/;.)–-]|$)"
)
"""The name of a journal with its volume, or of a publisher with the year."""
PUBLISHER = re.compile(
    r"(?:Press(?:es)?|Verlag|Publishers?|Publishing|Publications?|House|Books|Editora|Ediciones"
    r"|Editorial|[ÉE]ditions|Universit(?:y|ät|é)|University of [A-Z]\w+|Institute?|Foundation"
    r"|Stiftung|Ministry|Inc\.?|Ltd\.?|LTD|Limited|GmbH|PVT|Cent(?:er|re)|Zentrum|Co\.?|Sons"
    r"|& Row|Routledge|S(?:age|AGE)|Campus|Suhrkamp|Springer)\)?$"
)
"""Last words of the names of publishers."""
PUBLISHER_START = re.compile(
    r"(?:Presses\s(?:de|univ|Univ)|Verlag\s|Éditions?\s|Editorial\s|Editora\s|Изд|Издательство)"
)
NUMBER_START = re.compile(
    r"\(?(?:\d|[Vv]ol(?:ume|\.)|[Nn](?:o|r|um|umber|°)\.?\s?\d|pp?\.|pages\b|S\.\s?\d|Jg\.|Heft"
    r"|H\.\s?\d|Bd\.|n°|№|[Bb]and\s\d)"
)
"""Start of volume, number, pages or year."""
TITLED_VOLUME = re.compile(
    r"(?:Band|Bd\.?|Vol(?:ume|\.)|Teil|Part|Tome|Т\.)\s?[\dIVX]+:\s?[^\W\d_]{2}"
)
"""A volume that has a title: "Band 1: Fische"."""
PART_START = re.compile(r"(?:Series|Ser|Section|Sect|Série|Serie|Reihe)\.?\s?[A-Z\d]{1,2}\b")
"""Parts of journal names that follow a full stop."""
SERIES = re.compile(
    r"(?:Conference|Proceedings|Symposium|Workshop|Congress|Lecture\sNotes|Series|Monographs?)\b"
)
JOURNAL_START = re.compile(
    r"(?:The\s)?(?:[A-Z][\w.]+\s){0,3}(?:Journal|Transactions|Zeitschrift|Revue|Revista|Annals|Bulletin)\s"
    r"(?:of|on|für|des|de|du|der|d[’']|in)"
)
"""Start of the names of many journals."""
ARTICLE = re.compile(
    r"(?:The|A|An|Der|Die|Das|Ein|Eine|Le|La|Les|L[’']|Un|Une|El|Los|Las|O|Il|Zur|Zum|On)\b"
)
SHORTENED = re.compile(r"[^\W\d_]{0,6}[^\W\d_aeiouy]", re.IGNORECASE)
"""An abbreviated word: short, and ending in a consonant."""
ABBREVIATED = 5
"""Largest number of words at the start of an abbreviated journal name."""
SMALL = frozenset(
    "of and the de du des la le el y et und a am an der die e i M. d. on in for".split()
)


def is_container(part: str) -> bool:
    """Whether a sentence names a publication or publisher."""
    return bool(
        NO_TITLE_START.match(part)
        or is_place(part)
        or JOURNAL_START.match(part)
        or (SERIES.search(part) and not ARTICLE.match(part) and is_name(part))
        or (VOLUME.match(part) and _is_name_before_number(part))
        or PUBLISHER_START.match(part)
        or (PUBLISHER.search(part.partition(",")[0]) and is_name(part.partition(",")[0]))
    )


def is_place(part: str) -> bool:
    """Whether a part is a place and a publisher."""
    return bool(PLACE.fullmatch(part) and is_name(part.partition(":")[0]))


def _is_name_before_number(part: str) -> bool:
    """Whether the words before the first number are the name of a journal or publisher."""
    words = re.split(r"\s?[(,]?\d", part, maxsplit=1)[0].split()
    return len(words) <= 14 and words[-1:] not in (["from"], ["since"], ["to"], ["between"], ["of"])


def is_name(text: str) -> bool:
    """Whether all words have a capital, as in the names of places and publishers."""
    words = text.replace("/", " ").split()
    return 0 < len(words) <= 7 and all(
        word in SMALL or not word[0].isalpha() or not word[0].islower() for word in words
    )


def is_short_name(part: str) -> bool:
    """Whether a part is like a place: at most three words, with capitals, without digits."""
    is_short = len(part.split()) <= 3 and not any(c.isdigit() for c in part)
    return is_short and is_name(part)


def is_abbreviated(part: str, words: int) -> bool:
    """Whether a part, without its full stop, can be the start of an abbreviated name."""
    own = part.replace(".", " ").split()
    return (
        0 < len(own) <= words
        and part[0].isupper()
        and (is_name(part) or all(len(word) <= 7 for word in own))
        and not ARTICLE.match(part)
        and bool(SHORTENED.fullmatch(own[-1]))
    )
