"""Expands words to the forms that mean the same: plural and singular, British and American
spelling, the long form of an abbreviation, Greek letters, Arabic words with and without article,
French words without the elided word before them.

A form is used only if the index has it. What is in quotes is not expanded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from papersette.search import adapter
from papersette.search.analysis import SYMBOLS, to_terms
from papersette.search.corpus import Corpus
from papersette.search.index import Index
from papersette.search.parser import SOFT_HYPHEN, STOP_WORDS
from papersette.search.query import FACET_FIELDS, Query, Term
from papersette.text import ARABIC, number_variants

SHORTEST_EXPANDED = 5
"""Letters of a word from which on it is expanded: "gans" is not the plural of any "gan" typed."""
SHORTEST_SPELLED = 4
"""Letters of a word from which on it is looked for in its other spelling: "grey"."""
LONG_WORD = 8
"""Letters of a word from which on it may have two typing errors, otherwise one."""
HYPHENATED = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
BROKEN = re.compile(rf"(\w+){SOFT_HYPHEN}(\w+)")
"""A word with the hyphen of the end of a line."""
ADDRESS = re.compile(
    r"^(?:https?://)?(?:(?:www\.)?arxiv\.org/(?:abs|pdf)/|(?:dx\.)?doi\.org/)", re.IGNORECASE
)
"""Beginning of the web address of a preprint, or of a work with a DOI."""
VERSION = re.compile(r"(?<=\d)v\d+$")
"""Version at the end of the id of a preprint on arXiv."""
ABBREVIATION = range(3, 6)
"""Letters of a word that may be short for a longer one: norm, reg, dim."""
ABBREVIATED = 4
"""Smallest number of letters by which the long form is longer."""
LONG_FORMS = 5
"""Possible long forms that are looked for beside the word before."""
FEWEST_PAPERS = 3
"""Papers that must have the long form after the same word, or a word in two parts."""
SHORTEST_SPLIT = 4
"""Letters of a word from which on it is looked for in two parts as well: tsne, t-SNE."""
COMMON_SHARE = 1 / 10
"""A word that a larger share of papers has is how it is written."""
COHESION = 1 / 20
"""Share of the papers with the rest of a word that must have its first letter before it: "k-means",
but not "b-log"."""
MOST_SPLITS = 3
"""Ways to split a word that are looked for: those with the commonest parts."""
MOST_WORDS = 4096
"""Words whose forms are kept in memory, with the word before them: a few hundred bytes each."""

SPELLINGS = [
    (re.compile(r"is(ation|ations|ational|ed|e|es|er|ers|ing|able)$"), r"iz\1"),
    (re.compile(r"iz(ation|ations|ational|ed|e|es|er|ers|ing|able)$"), r"is\1"),
    (re.compile(r"ys(ed|e|es|er|ers|ing)$"), r"yz\1"),
    (re.compile(r"yz(ed|e|es|er|ers|ing)$"), r"ys\1"),
    (re.compile(r"^(behavi|col|fav|flav|harb|hon|hum|lab|neighb|rum|vap)our"), r"\1or"),
    (re.compile(r"^(behavi|col|fav|flav|harb|hon|hum|lab|neighb|rum|vap)or"), r"\1our"),
    (re.compile(r"^(cancel|channel|label|level|model|signal|travel|tunnel)l(?=e|i)"), r"\1"),
    (re.compile(r"^(cancel|channel|label|level|model|signal|travel|tunnel)(?=e|i)"), r"\1l"),
    (re.compile(r"^(cent|fib|lit|met)re(?=s?$)"), r"\1er"),
    (re.compile(r"^(cent|fib|lit)er(?=s?$)"), r"\1re"),
    (re.compile(r"^(def|lic|off|pret)ence(?=s?$)"), r"\1ense"),
    (re.compile(r"^(def|lic|off|pret)ense(?=s?$)"), r"\1ence"),
    (re.compile(r"^(anal|catal|dial|epil|mon|prol)ogue(?=s?$)"), r"\1og"),
    (re.compile(r"^(anal|catal|dial|epil|mon|prol)og(?=s?$)"), r"\1ogue"),
    (re.compile(r"^artefact"), "artifact"),
    (re.compile(r"^artifact"), "artefact"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"^gray"), "grey"),
    (re.compile(r"^(acknowledg|judg)ement"), r"\1ment"),
    (re.compile(r"^(acknowledg|judg)ment"), r"\1ement"),
    (re.compile(r"^programme(?=s?$)"), "program"),
    (re.compile(r"^program(?=s?$)"), "programme"),
    (re.compile(r"^sceptic"), "skeptic"),
    (re.compile(r"^skeptic"), "sceptic"),
]
"""British and American spellings, each way. "color" becomes "colour", but "filed" not "filled"."""
ELIDED = re.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ]([^\W\d_]{3,})", re.IGNORECASE
)
"""A French word after a short one that lost its vowel: "l'apprentissage"."""
ARTICLES = ("ال", "وال", "بال", "كال", "فال", "لل")
"""The Arabic article, alone and after "and", "with", "like", "so" and "for"."""
SHORTEST_STEM = 3
"""Letters of an Arabic word without its article; "التي" has none."""
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω",
}  # fmt: skip
GREEK_NAMES = {letter: name for name, letter in GREEK.items()}


@dataclass(frozen=True)
class Notice:
    """Something to tell the reader about how the query was interpreted."""

    kind: str
    """"spelling", "abbreviation", "symbols", "prefix", "fields", "did_you_mean", "no_authors" or
    "no_affiliations"; of the query inside citations(…) or references(…) also "missing", "partial"
    or "relaxed"."""
    typed: str
    also: tuple[str, ...] = ()


Expand = Callable[[Term], tuple[str, ...]]
"""The forms of a term that are searched for, as typed first."""


def facet_of(field: str) -> str:
    """Return the facet that a field of a query means."""
    return FACET_FIELDS[field]


class Expander:
    """Expands the terms of queries to forms that an index has."""

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.index = index
        self.corpus = corpus
        self._remembered = lru_cache(maxsize=MOST_WORDS)(self._expand_word)

    def start(self, query: Query, notices: list[Notice]) -> Expand:
        """Return the function that expands the terms of one query; it adds to `notices`."""
        words = query.words
        is_short = not query.is_sentence or query.is_question
        before = dict(zip(words[1:], words, strict=False)) if is_short else {}

        def expand(term: Term) -> tuple[str, ...]:
            if SOFT_HYPHEN in term.text:
                term = replace(term, text=BROKEN.sub(self._to_whole, term.text))
            if term.is_prefix and len(term.text) == 1:  # A* search
                notices.append(Notice("symbols", str(term), (f"{term.text.lower()}…",)))
            if term.text.startswith("*") and not term.is_phrase:  # *ization
                read = replace(term, text=term.text.lstrip("*"))
                notices.append(Notice("symbols", str(term), (str(read),)))
            if term.is_phrase or term.is_prefix:
                return (term.text,)
            forms, said = self._remembered(term.text, before.get(term.text), query.is_sentence)
            notices.extend(said)
            return forms

        return expand

    def _to_whole(self, parts: re.Match[str]) -> str:
        """Return a word that was broken at the end of a line, with a hyphen if more papers write it
        so.
        """
        searcher, whole = self.index.papers, "".join(parts.groups())
        frequency = max((searcher.doc_freq("text", term) for term in to_terms(whole)), default=0)
        hyphenated = to_terms("-".join(parts.groups()))
        query = adapter.phrase(self.index.papers_schema, "text", hyphenated)
        return whole if frequency > adapter.count(searcher, query) else "-".join(parts.groups())

    def _expand_word(
        self, text: str, before: str | None, is_sentence: bool
    ) -> tuple[tuple[str, ...], tuple[Notice, ...]]:
        """Return the forms of a word, and what to tell the reader about them."""
        notices: list[Notice] = []
        forms = self._expand(text, before, is_sentence, notices)
        return forms, tuple(notices)

    def _expand(
        self, text: str, before: str | None, is_sentence: bool, notices: list[Notice]
    ) -> tuple[str, ...]:
        terms = to_terms(text)
        if len(terms) != 1:
            return self._expand_symbols(text, terms, is_sentence, notices)
        word = terms[0]
        if SYMBOLS.fullmatch(text) and not self._is_known(word):
            notices.append(Notice("symbols", text, (text[0],)))
            return (text[0],)
        found: dict[str, None] = {text: None}
        plain = unicodedata.normalize("NFKC", text)
        if plain != text and not self._is_known(word) and to_terms(plain):  # ℓ2, ﬁlter
            read = plain if plain.isalnum() else " ".join(to_terms(plain))  # ℓ∞
            notices.append(Notice("symbols", text, (read,)))
            return (plain,)
        if len(word) == 1 < len(text) and not SYMBOLS.fullmatch(text):  # L∞
            notices.append(Notice("symbols", text, (word,)))
        greek = GREEK.get(word) or GREEK_NAMES.get(word)
        if greek and self._is_known(greek):
            found[greek] = None
        if before and len(word) in ABBREVIATION and (long := self._long_form(before, word)):
            found[long] = None
            notices.append(Notice("abbreviation", text, (long,)))
        if ARABIC.search(word):
            forms = dict.fromkeys(to_other_articles(word))
            found |= {form: None for form in forms if form != word and self._is_known(form)}
        if len(word) < SHORTEST_SPELLED or not word.isalpha():
            return tuple(found)
        has_number = not is_sentence and len(word) >= SHORTEST_EXPANDED
        numbers = number_variants(word) | {word} if has_number else {word}
        spellings = {other for form in numbers for other in to_other_spellings(form)}
        known = sorted(w for w in (numbers | spellings) - {word} if self._is_known(w))
        said = tuple(w for w in known if w in spellings and w not in numbers)
        if not is_sentence and len(word) >= SHORTEST_SPLIT and (split := self._split(word)):
            known.append(split)
            said = (*said, split)
        if said and not is_sentence:
            notices.append(Notice("spelling", text, said))
        return tuple(found | dict.fromkeys(known))

    def _expand_symbols(
        self, text: str, terms: tuple[str, ...], is_sentence: bool, notices: list[Notice]
    ) -> tuple[str, ...]:
        """Expand what has symbols between its letters, as $\\epsilon$-greedy, arXiv:1706.03762."""
        bare = re.sub(r"^(?:arxiv|doi):(?:https?://\S+?/)?", "", text, flags=re.IGNORECASE)
        bare = ADDRESS.sub("", bare)
        bare = re.sub(r"(?<=\d)\.pdf$", "", bare) if bare != text else bare
        found = [bare]
        if bare != text and VERSION.search(bare):
            found.append(VERSION.sub("", bare))
        greek = [GREEK.get(term) or GREEK_NAMES.get(term) or term for term in to_terms(bare)]
        if tuple(greek) != to_terms(bare):
            found.append(" ".join(greek))
        if bare != text:
            notices.append(Notice("symbols", text, tuple(found)))
        if (elided := ELIDED.fullmatch(text)) and elided[1].lower() not in STOP_WORDS:
            found += self._expand(elided[1], None, is_sentence, notices)
        if HYPHENATED.fullmatch(text) and not is_sentence:
            found += self._expand_hyphenated(text, terms, notices)
        return tuple(found)

    def _expand_hyphenated(
        self, text: str, terms: tuple[str, ...], notices: list[Notice]
    ) -> list[str]:
        """Return other forms of words with hyphens: the last in the plural, and all as one word."""
        *first, last = terms
        if len(last) < SHORTEST_EXPANDED:
            return []
        numbers = ["-".join([*first, form]) for form in sorted(number_variants(last) - {last})]
        joined = "".join(terms)
        whole = sorted(number_variants(joined)) if joined.isalpha() else []
        known = tuple(form for form in whole if self._is_known(form))
        if known:
            notices.append(Notice("spelling", text, known))
        return [*numbers, *known]

    def _split(self, word: str) -> str | None:
        """Return a word in two parts, as k-means for kmeans, if more papers write it so.

        Parts that are words of any text only happen to stand beside each other: "an isotropic" is
        the opposite of anisotropic, and "GAN in" has nothing to do with Ganin. So do letters at the
        end: "min E" is not MINE.
        """
        searcher, schema = self.index.papers, self.index.papers_schema

        def count_both(at: int) -> int:
            return min(searcher.doc_freq("text", part) for part in (word[:at], word[at:]))

        frequency = searcher.doc_freq("text", word)
        least = max(FEWEST_PAPERS, frequency + 1)
        if frequency > COMMON_SHARE * searcher.num_docs:
            return None
        splits = [
            at
            for at in range(1, len(word) - 1)
            if STOP_WORDS.isdisjoint((word[:at], word[at:])) and count_both(at) >= least
        ]
        for at in sorted(splits, key=count_both, reverse=True)[:MOST_SPLITS]:
            parts = [word[:at], word[at:]]
            count = adapter.count(searcher, adapter.phrase(schema, "text", parts))
            share = count / searcher.doc_freq("text", word[at:])
            if count >= least and (at > 1 or share >= COHESION):
                return "-".join(parts)
        return None

    def _is_known(self, word: str) -> bool:
        searcher = self.index.papers
        return bool(searcher.doc_freq("text", word) or searcher.doc_freq("refs", word))

    def _long_form(self, before: str, word: str) -> str | None:
        """Return the word that `word` is short for after `before`, as norm in batch norm."""
        searcher, schema = self.index.papers, self.index.papers_schema
        longer = [
            (frequency, term)
            for term, frequency in searcher.terms_with_prefix("text", word, limit=200)
            if len(term) >= len(word) + ABBREVIATED and frequency >= FEWEST_PAPERS
        ]
        first = to_terms(before)
        if not longer or len(first) != 1:
            return None

        def count(last: str) -> int:
            return adapter.count(searcher, adapter.phrase(schema, "text", [first[0], last]))

        counts = {term: count(term) for _, term in sorted(longer, reverse=True)[:LONG_FORMS]}
        best = max(counts, key=lambda term: counts[term])
        # The word itself may be common, and slow to count: it is counted last.
        is_used = counts[best] >= FEWEST_PAPERS and counts[best] >= count(word)
        return best if is_used else None


def respell(text: str, find_words: Callable[[str], Iterable[str]]) -> str | None:
    """Return a text with the known words that its unknown ones are like; None if one has none.

    Args:
        text: What was typed.
        find_words: Returns the known words that a word may be like, the likeliest first.

    >>> respell("deep gartden", lambda _: ["deep", "garden", "gardener"])
    'deep garden'
    """
    words = to_terms(text)
    meant = [_to_like(word, list(find_words(word))) for word in words]
    known = [word for word in meant if word]
    return " ".join(known) if len(known) == len(words) and tuple(known) != words else None


def _to_like(word: str, known: Sequence[str]) -> str | None:
    """Return the known word with the fewest typing errors; None if all have too many."""
    if word in known or len(word) < SHORTEST_SPELLED or not word.isalpha():
        return word
    most = 1 if len(word) < LONG_WORD else 2
    found = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=most)
    return found[0] if found else None


def to_other_spellings(word: str) -> Iterator[str]:
    """Yield British for American spelling, and the other way round.

    >>> list(to_other_spellings("normalisation")), list(to_other_spellings("modeling"))
    (['normalization'], ['modelling'])
    """
    for pattern, replacement in SPELLINGS:
        if pattern.search(word):
            yield pattern.sub(replacement, word)


def to_other_articles(word: str) -> Iterator[str]:
    """Yield an Arabic word without its article and with each one; after light stemming as in
    Lucene's ArabicStemmer, which drops the same.

    >>> list(to_other_articles("بالعلم"))
    ['علم', 'العلم', 'والعلم', 'بالعلم', 'كالعلم', 'فالعلم', 'للعلم']
    """
    # "للغة" is for "اللغة".
    stems = [
        word.removeprefix(article) if article != "لل" or len(word) > 4 else word[1:]
        for article in ARTICLES
        if word.startswith(article)
    ]
    stem = min((s for s in stems if len(s) >= SHORTEST_STEM), key=len, default=word)
    if len(stem) < SHORTEST_STEM:
        return
    yield stem
    for other in ARTICLES:
        yield f"ل{stem}" if other == "لل" and stem.startswith("ل") else other + stem
