"""Recognise names of people in the lines of a title page, in any script.

Precision comes before recall: a name has two to five words that look like a name, in a line without
institution, country or address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

from papersette.fulltext import covers
from papersette.names import ALL_PARTICLES, CONJUNCTIONS
from papersette.text import to_key

SYMBOLS = "∗*†‡§¶‖⋆♠♣♦♥#✉✝◦⋄"
MARK = re.compile(
    rf"[{SYMBOLS}]+|(?<=[^\W\d_.])\d{{1,2}}(?:\s*,\s*\d{{1,2}})*(?![\d\w])|[¹²³⁰⁴-⁹]+"
    r"|\(\d{1,2}(?:, ?\d{1,2})*\)|(?<=[^\W\d_]) \d{1,2}(?:\s*,\s*\d{1,2})*(?=\s*(?:,|;|$|and\b|&))"
)
"""Marks of footnotes and affiliations, printed after names."""
INSTITUTION = re.compile(
    r"universi|hochschule|fakultät|lehrstuhl|institut|instytut|departe?ment|departamento|\bdept|"
    r"\bdipartimento|abteilung|seminar für|school|college|academ|akadem|laborato|\blabs?\b|"
    r"research|forschung|recherche|centre|center|zentrum|centro|facult|facolt|hospital|klinik|clinic|"
    r"\binc\b|\bltd\b|\bllc\b|\bgmbh\b|\bcorp|company|ministry|bank\b|museum|council|association|"
    r"society|verein|foundation|stiftung|agency|organi[sz]ation|office|bureau|division|faculty|"
    r"google|microsoft|facebook|deepmind|openai|amazon|nvidia|huawei|baidu|tencent|alibaba|"
    r"\bibm\b|\bmit\b|\beth\b|\bepfl\b|\bcnrs\b|\binria\b|\binalco\b|\blimsi\b|\bnasa\b|"
    r"\b(?:uc|tu|fu|hu|uni|iit|lmu|ucl|cmu|nyu|mpi|csic|ens) [A-ZÀ-Þ]|"
    r"queen mary|king['’]s|birkbeck|technion|technolog|polytechn|"
    r"\bteam\b|\bgroup\b|\bproject\b|\bconsortium|\bnetwork\b|\bprogramme?\b|"
    r"street|avenue|\brue\b|straße|strasse|\broad\b|p\.? ?o\.? box|\bb\.?p\.? ?\d|cedex|campus|"
    r"университет|институт|кафедр|факультет|академ|лаборатор|школ|\bниу\b|\bспбгу\b|\bитмо\b|\bмгу\b|"
    r"студент|аспирант|доцент|профессор|магистр|"
    r"جامعة|كلية|معهد|قسم|مركز|جمهورية|أستاذ|وزارة|מכללה|אוניברסיט|מכון|פקולט|"
    r"大学|大學|学院|學院|研究|大 学|학교",
    re.IGNORECASE,
)
NO_NAME = re.compile(
    r"editors?:|abstract|submitted|preprint|conference|workshop|proceedings|journal|version|draft|"
    r"professor|lecturer|student|fellow\b|member\b|manager|director|analysis|theory|methods?\b|"
    r"study|studies|introduction|effects?\b|approach|based\b|systems?\b|learning|model|data\b|"
    r"politics|social|policy|policies|economic|review|article|report|press\b|publications?\b|"
    r"author|anonym|kingdom|states|republic|city\b|county|province|district|"
    r"union\b|parliament|europe|international|national",
    re.IGNORECASE,
)
"""Words of titles, running heads and addresses that are not part of names."""
DEGREES = re.compile(
    r",? ?\b(?:ph\.? ?d|m\.? ?d|m\.? ?sc|b\.? ?sc|m\.? ?a|b\.? ?a|mph|pt|drs?|rn|dvm|frcp|"
    r"prof|professor|dr\.-ing|dipl\.-\w+|mba|ll\.?m|jd|dsc|sc\.? ?d|ed\.? ?d)\b\.?(?=\s|,|;|$|\W)",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"^\W*(?:(?:[Bb]y|BY|von|par|por) |(?:[Aa]uthors?|AUTHORS?|[Aa]utor(?:en|es)?|Авторы?)\b\W*"
    r"|(?:إعداد|تأليف|بقلم|الباحث|مؤلف|作者|著者)\W+)"
)
SEPARATOR = re.compile(
    r"\s*(?:[,;·•|⋅∙/▪]|、|，|؛|،|&|\b(?:and|und|et|и|og|och)\b(?![.’'-])|\sÆ\s|\sÆ$| و )\s*"
)
SHORT_SEPARATOR = re.compile(r"\s+[yei]\s+")
"""Conjunctions that also join two family names: "Andrade e Barros"."""
MAIL = re.compile(
    r"(?:[{\[(<][\w.,\s|+{}-]{1,80}[}\])]|[\w.|+-]+(?:,[\w.|+-]+)*)\s?@\s?[\w.-]+[})>\]]?"
    r"|https?://\S+|www\.\S+"
)
WORD = re.compile(r"[^\W\d_](?:[\w.'’`´¨ˇ˜^-]*[\w.])?")
HAN_NAME = re.compile(
    "[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董袁潘于"
    "蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鐘谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史"
    "陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴武戴莫孔向汤湯][\u3400-\u9fff]{1,2}"
)
"""A Chinese name: one of the most frequent family names, and one or two characters."""
SENTENCE = re.compile(
    r"[^\W\d_]{2,} (?:is|are|was|were|has|have|the|of the|in the|der|die|und die|est|les|dans|"
    r"на|что|من|في|على) "
)
NO_BEGINNING = frozenset("the a an der die das le les une un this в с к о у и на по для".split())
"""Articles and prepositions, with which titles begin, but not names."""


@dataclass(frozen=True)
class Part:
    """A piece of a line that may be a name, with the marks after it."""

    text: str
    marks: frozenset[str] = frozenset()


@cache
def _countries() -> frozenset[str]:
    """Return the keys of countries' names in several languages, from Unicode's CLDR."""
    found = {"uk", "usa", "us", "prc", "england", "scotland", "wales", "northernireland", "korea"}
    for language in ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "ar"):
        found |= {to_key(name) for name in Locale(language).territories.values()}
    return frozenset(found)


def is_country(text: str) -> bool:
    """Return whether a text is the name of a country or continent.

    >>> is_country("Deutschland"), is_country("Georg Deutsch")
    (True, False)
    """
    return to_key(text) in _countries()


def to_parts(line: str) -> list[Part]:
    """Return the pieces of a byline between commas and conjunctions, without degrees and marks."""
    plain = DEGREES.sub("", MAIL.sub(" ", LABEL.sub("", line)))
    # A comma between two marks does not separate names.
    plain = MARK.sub(lambda m: "\x00" + re.sub(r"[\s,()]+", " ", m[0]).strip() + "\x01", plain)
    parts = []
    for piece in _split(plain):
        marks = re.findall("\x00([^\x01]*)\x01", piece)
        text = " ".join(re.sub("\x00[^\x01]*\x01", " ", piece).strip(" .,:()[]{}<>–—-").split())
        text = re.sub(r"(?<=[^\W\d_]{2})\.$", "", text)
        if text:
            text = text + "." if re.search(r"\b[^\W\d_]$", text) and "." in text else text
            parts.append(Part(text, frozenset(" ".join(marks).split())))
    return parts


def _split(line: str) -> Iterator[str]:
    for piece in SEPARATOR.split(line):
        halves = SHORT_SEPARATOR.split(piece)
        yield from halves if all(len(half.split()) > 1 for half in halves) else [piece]


def is_name(text: str) -> bool:
    """Return whether a text looks like a person's name in any script.

    >>> [is_name(t) for t in ("Léa van Dyk", "Исаев И. П.", "UC Santa Cruz", "Machine Learning")]
    [True, True, False, False]
    """
    if HAN_NAME.fullmatch(text):
        return not INSTITUTION.search(text)
    words = text.split()
    if not 2 <= len(words) <= 5 or not all(map(WORD.fullmatch, words)) or re.search(r"\d", text):
        return False
    if INSTITUTION.search(text) or NO_NAME.search(text) or is_country(text):
        return False
    if words[0].lower() in NO_BEGINNING:
        return False
    if len(words[-1]) == 1 and words[-1].isascii():
        return False  # "Quadrat B"
    proper = [
        word
        for i, word in enumerate(words)
        if (i == 0 and word[0].isupper())
        or (word.lower() not in ALL_PARTICLES and word not in CONJUNCTIONS)
    ]
    capitals = [word for word in proper if len(re.sub(r"\W", "", word)) > 2 and word.isupper()]
    cased = [word for word in proper if word[0].isupper() or not word[0].islower()]
    full = [word for word in proper if len(re.sub(r"\W", "", word)) > 1]
    mixed = capitals and len(capitals) < len(full) and not _is_surname_in_capitals(proper)
    return bool(full) and len(cased) == len(proper) > 1 and not mixed


def _is_surname_in_capitals(words: Sequence[str]) -> bool:
    """Return whether only the last or the first word is in capitals: "Holger SCHWENK"."""
    upper = [len(word) > 3 and word.isupper() for word in words]
    return sum(upper) == 1 and (upper[-1] or upper[0])


def to_names(line: str) -> list[Part] | None:
    """Return the names of a line, or None if it is not a line of names."""
    text = MAIL.sub(" ", line)
    if INSTITUTION.search(text) or covers.is_boilerplate(text) or SENTENCE.search(text):
        return None
    parts = to_parts(line)
    while parts and is_country(parts[-1].text):
        return None  # "Haifa, Israel"
    return parts if parts and all(is_name(part.text) for part in parts) else None


def is_byline(text: str, following: str = "") -> bool:
    """Return whether a line names authors, and perhaps their institution.

    A single name, which may also be part of a title, needs an institution or an address in the
    following line.

    >>> is_byline("Ada Byron1 and Bo Li2"), is_byline("Исаев И. П., студент 4 курса")
    (True, True)
    >>> is_byline("Computer Programming", "C. Hoare"), is_byline("Ada Byron", "University of X")
    (False, True)
    """
    names = to_names(text)
    if names and (len(names) > 1 or names[0].marks or "@" in text):
        return True
    if names:
        return bool(INSTITUTION.search(following) or "@" in following)
    return first_names(text) != []


def first_names(line: str) -> list[Part]:
    """Return the names before the institution in a line such as "A. Byron, University of X"."""
    found = INSTITUTION.search(line)
    if found is None or not (parts := to_parts(line)):
        return []
    names = []
    for part in parts:
        if not is_name(part.text):
            break
        names.append(part)
    rest = parts[len(names) :]
    return names if names and rest and INSTITUTION.search(rest[0].text) else []


def is_prose(text: str) -> bool:
    """Return whether a line is part of a sentence rather than a name or an address.

    >>> is_prose("Beautiful is better than ugly."), is_prose("Seminar für Sprachwissenschaft")
    (True, False)
    """
    if "@" in text:
        return False
    words = text.split()
    small = sum(word[0].islower() for word in words)
    long = len(text) >= 50
    if INSTITUTION.search(text):
        return long and len(words) > 9 and small > 0.6 * len(words)
    return bool(
        (long and text.endswith("-"))
        or (len(words) > 7 and small >= 0.5 * len(words))
        or (SENTENCE.search(text) and (long or text.endswith(".")))
    )
