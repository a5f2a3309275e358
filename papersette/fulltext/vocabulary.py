"""Words that identify the parts of a paper, in the languages in which papers are written."""

from __future__ import annotations

import re

ABSTRACT = (
    "a ?bstract|summary|synopsis|résumé|zusammenfassung|kurzfassung|resumen|resumo|riassunto"
    "|sommario|samenvatting|sammanfattning|streszczenie|abstrakt|özet|öz|аннотация|реферат|резюме|анотація"
    "|(?:ال)?ملخص|(?:ال)?مستخلص|(?:ال)?خلاصة|תקציר|摘 ?要|要 ?旨|概 ?要|초록|요약"
)
KEYWORDS = (
    "key ?words|key words and phrases|index terms|mots[- ]cl[ée]s?|ccs concepts"
    "|categories and subject|schl(?:ü|ue)sselw(?:ö|oe)rter|schlagw(?:ö|oe)rter|stichworte"
    "|palabras clave|palavras[- ]chave|descri(?:ptors|tores|ptores)|parole chiave|trefwoorden"
    "|anahtar kelimeler|słowa kluczowe|ключевые слова|ключові слова|(?:ال)?كلمات (?:ال)?مفتاحية"
    "|(?:ال)?كلمات (?:ال)?دالة|מילות מפתח|关键词|關鍵詞|キーワード|키워드|jel|msc|pacs"
)
INTRODUCTION = (
    "introduction|einleitung|einf(?:ü|ue)hrung|introducci[óo]n|introdu[çc][ãa]o|introduzione"
    "|inleiding|inledning|wst[ęe]p|giri[şs]|введение|вступ|(?:ال)?مقدمة|מבוא|引 ?言|绪 ?论|緒 ?論"
    "|はじめに|序論|서론"
)
OTHER = (
    "motivation|background|methods?|materials and methods|methodology|results?|discussion|findings"
    "|results and discussion|conclusions?|concluding remarks|future work|related work"
    "|acknowledge?ments?|appendix|appendices|limitations|notes|funding|conflicts? of interest"
    "|schlussfolgerung(?:en)?|fazit|ausblick|ergebnisse|diskussion|methoden?|danksagung|anhang"
    "|méthodes?|résultats|discussion|conclusions?|remerciements|annexes?|perspectives"
    "|метод(?:ы|ика)|результаты|обсуждение|выводы|заключение|благодарности|приложение"
    "|النتائج|المناقشة|(?:ال)?خاتمة|(?:ال)?منهجية|الاستنتاجات|(?:ال)?شكر|结论|結論|讨论|致谢"
    "|resultados|discusi[óo]n|discuss[ãa]o|conclusiones|conclus[ãa]o|metodolog[íi]a|agradecimientos"
)
REFERENCES = (
    "references|references and notes|references cited|bibliography|literature|literature cited"
    "|works cited|r[ée]f[ée]rences|bibliographie|literatur|literaturverzeichnis"
    "|quellenverzeichnis|referencias|bibliograf[íi]a|referências|литература|список литературы"
    "|(?:ال)?مراجع|(?:ال)?مصادر|מקורות|参考文献|參考文獻|참고문헌"
)
CONTENTS = (
    "(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|sommaire|índice|содержание"
    "|оглавление|(?:ال)?محتويات|فهرس|目录|目錄|目次"
)
SECTIONS = re.compile(rf"(?:{ABSTRACT}|{INTRODUCTION}|{OTHER}|{REFERENCES})\s*[:.]?", re.IGNORECASE)
"""A heading that is common in papers of every field."""


def is_section(text: str) -> bool:
    """Return whether a line is a heading that is common in papers of every field.

    >>> is_section("Einleitung"), is_section("Введение"), is_section("The Fixed Point")
    (True, True, False)
    """
    return bool(SECTIONS.fullmatch(text.strip()))


BEGINNING = re.compile(
    rf"(?:(?:{ABSTRACT})\s*(?:[-–/|]\s*(?:{ABSTRACT}))?(?:\s*[:.—–_-].*)?|(?:{ABSTRACT})\b[.:—–].*"
    rf"|abstract [A-Z].*|(?:{KEYWORDS})\b.*|(?:(?:1|I)\s*\.?\s*)?(?:{INTRODUCTION})\W*"
    rf"|(?:1|I)\.? [^\W\d_][^.]{{2,60}}|(?:{CONTENTS})\W*)",
    re.IGNORECASE,
)
"""The first line of a paper's text, below its authors."""


def begins_text(line: str) -> bool:
    """Return whether a line begins the abstract, the keywords or the first section.

    >>> begins_text("Аннотация"), begins_text("Abstract: We ask"), begins_text("Ada Byron")
    (True, True, False)
    """
    return bool(BEGINNING.fullmatch(line.strip()))


FRONT = re.compile(rf"(?:{ABSTRACT}|{KEYWORDS}|{CONTENTS})\b.*", re.IGNORECASE)


def is_front(text: str) -> bool:
    """Return whether a line is the heading of an abstract, of keywords or of a table of contents.

    >>> is_front("Keywords: trees"), is_front("Results")
    (True, False)
    """
    return bool(FRONT.fullmatch(text.strip()))
