"""Recognise parts of a first page that are not the paper: covers, running heads, boilerplate."""

from __future__ import annotations

import re

COVER = re.compile(
    r"jstor archive|stable url: *https?://www\.jstor|jstor is a not-for-profit"
    r"|(?:empfohlene zitierung|suggested citation) ?[:/]|www\.ssoar\.info"
    r"|hal is a multi-?disciplinary open access|hal id: |l['’]archive ouverte pluridisciplinaire"
    r"|see discussions, stats, and author profiles|researchgate\.net/publication"
    r"|some of the authors of this publication are also working on"
    r"|the user has requested enhancement of the downloaded file"
    r"|this article was downloaded (?:by|from)|downloaded from .{0,80} on .{0,40}\d{4}"
    r"|full terms & conditions of access|access details: access details"
    r"|standard-nutzungsbedingungen|econstor is a|make your publications visible"
    r"|this is (?:the|an) (?:author|accepted|post-?print|pre-?print)[^.]{0,60} version"
    r"|this version is available at|please refer to the published version|repository copy of"
    r"|the online version of this (?:article|and the other articles) can be found"
    r"|citeseerx|core\.ac\.uk|view metadata, citation and similar papers",
    re.IGNORECASE,
)
"""Phrases on the sheet that archives and publishers put before a paper."""
SHEET_LINES = 2
"""Phrases that a page must have to be a cover sheet: a paper may have one in its margin."""
SHEET_WORDS = 450
"""Words of the longest sheet; a longer page is the paper with a note of an archive."""

BOILERPLATE = re.compile(
    r".*(?:https?://|www\.|\bdoi\b|\bissn\b|\bisbn\b|\burn:|©|\(c\) ?(?:19|20)\d\d|copyright"
    r"|all rights reserved|creative commons|\bvol(?:ume)?\.? ?\d|\bno\.? ?\d+|(?<!b\.)\bpp?\. ?\d"
    r"|\bissue \d|\bart\. ?\d|\d{1,3} ?\(\d{1,3}\):? ?\d+|submitted|received:|accepted:|published"
    r"|under review|preprint|arxiv:\d|downloaded|printed in|available online|cite (?:this|as)"
    r"|to appear|in press|how to cite|corresponding author|e-?mail).*"
    r"|(?:proceedings|transactions|actes|tagungsband|труды|материалы) .*"
    r"|.{0,60}\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|januar|februar|märz|juni|juli|oktober|dezember|janvier|février|mars|avril|juin"
    r"|juillet|août|septembre|octobre|novembre|décembre)\b.{0,12}\b(?:19|20)\d\d\W*"
    r"|\W*\d{1,2}\W+\S+\W+\d{4}\W*|[\W\d_]*",
    re.IGNORECASE,
)
"""Lines of a first page that belong to the journal, the archive or the date."""
KINDS = re.compile(
    r"(?:original|research|review|full|short|regular|invited|special|feature|technical|data)?"
    r"(?: |-)*(?:article|paper|report|communication|note|contribution|essay|review|reflection"
    r"|r[eé]fl[eé]xi[oó]n|reflex[ãa]o|editorial|letter|commentary|discussion paper|working paper"
    r"|arbeitspapier|zeitschriftenartikel|diskussionspapier|forum|forum section|thesis"
    r"|dissertation|book review|position paper|case study|technical report|pesquisa|artigo"
    r"(?: original)?|artículo|artykuł|статья|conference paper|journal article|open access)s?"
    r"|(?:chapter|kapitel|chapitre|part|teil|section|session|глава) (?:\d+|[ivx]+)\W*"
    r"|(?:an )?open(?: |-)access(?: journal)?|(?:博 ?士|硕 ?士).{0,12}论 ?文",
    re.IGNORECASE,
)
"""Kinds of papers, which some papers print above their title."""
JOURNAL = re.compile(
    r"(?:the )?(?:[\w-]+ ){0,3}(?:journal|annals|bulletin|archives|letters|zeitschrift|revue"
    r"|revista|cahiers|вестник|журнал|مجلة) (?:of|for|on|in|de|du|des|d'|für|и|da)\b.*"
    r"|(?:the )?(?:[\w-]+ ){1,5}(?:journal|quarterly|bulletin|letters)",
    re.IGNORECASE,
)
"""Names of journals."""
ISSUE = r"(?:,? (?:vol|no|nr|bd|heft|issue|jg|том)\b|, \d|[ ,:]{1,3}\d+ ?\(\d)"
"""Text that follows the name of a journal in a citation."""


def is_cover(text: str) -> bool:
    """Return whether the text of a page is a sheet that an archive put before the paper."""
    return len(text.split()) <= SHEET_WORDS and len(set(_marks(text))) >= SHEET_LINES


def _marks(text: str) -> list[str]:
    return [found[0].lower()[:20] for found in COVER.finditer(" ".join(text.split()))]


def is_boilerplate(text: str) -> bool:
    """Return whether a line names a journal's volume, an archive, a licence or a date.

    >>> is_boilerplate("Volume 59, Issue 10."), is_boilerplate("Journals of the Plague")
    (True, False)
    """
    return bool(BOILERPLATE.fullmatch(text) or COVER.search(text))


def is_kind(text: str) -> bool:
    """Return whether a line only names the kind of the paper.

    >>> is_kind("Research Article"), is_kind("On Research Articles")
    (True, False)
    """
    return bool(KINDS.fullmatch(text.strip(" .:-–—•▪")))


def is_journal(text: str, page: str) -> bool:
    """Return whether a text is a journal's name, by its words or by a citation on the page.

    >>> is_journal("Africa Spectrum", "The Mabira Forest, in: Africa Spectrum, 49, 2")
    True
    """
    if JOURNAL.fullmatch(text.strip()):
        return True
    cited = re.escape(text.strip()) + ISSUE
    return len(text) > 5 and bool(re.search(cited, page, re.IGNORECASE))
