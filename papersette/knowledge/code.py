"""Finds the repositories of code that a paper links to, with the page and the words around the link.

The rule: a link names a repository, owner and name; the front page of a host or of a person is none. Whose code it is, a text
does not say for sure: links beside words as "our code" come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LINK = re.compile(
    r"(?<![\w.-])(?:www\.)?(github\.\s?com|gitlab\.\s?com|bitbucket\.\s?org|codeberg\.\s?org|anonymous\.4open\.science)"
    r"\s?/\s?([\w-]+(?:\.[\w-]+)*)\s?/\s?([\w.]+(?:-\s?[\w.]+)*)",
    re.IGNORECASE,
)
"""A text breaks links at the ends of lines, after a slash, a dot or a hyphen."""
OWN = re.compile(
    r"\b(?:code|codes|implementations?|repository)\b.*\b(?:available|found|at|here)\b|\breleases?\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"(?<![a-z])(?:their|his|authors|official|original|publicly?|from|et al|based on|use[sd]?|follow\w*)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")
AROUND = 140
"""Characters before a link in which a paper says what it is."""
LONGEST = 100
"""Characters of an owner or a name; what is longer is words run together."""


@dataclass(frozen=True)
class CodeLink:
    """A repository that a paper links to; `evidence` is what stands before the link."""

    url: str
    page: int
    evidence: str


def find_code(pages: Iterable[tuple[int, str]]) -> list[CodeLink]:
    """The repositories linked to on (page, text), each once, where it is first named; those that seem the paper's own come first.

    >>> find_code([(3, "We use github.com/other/tool. Our code is at https://github.com/ ada/walks-of-\\nnoise.git.")])[0].url
    'https://github.com/ada/walks-of-noise'
    """
    links: dict[str, CodeLink] = {}
    for page, text in pages:
        end = 0
        for match in LINK.finditer(text):
            url = _to_url(match)
            before = (
                text[max(end, match.start() - AROUND) : match.start()]
                .removesuffix("https://")
                .removesuffix("http://")
            )
            end = match.end()
            if url:
                links.setdefault(
                    url.lower(), CodeLink(url, page, " ".join(SENTENCE.split(before)[-1].split()))
                )
    return sorted(links.values(), key=lambda link: not seems_own(link.evidence))


def seems_own(evidence: str) -> bool:
    """Whether the words before a link speak of the paper's own code.

    >>> seems_own("The code for our experiments is available at"), seems_own("We used the code of Ada et al., found at")
    (True, False)
    """
    return bool(OWN.search(evidence)) and not OTHERS.search(evidence)


def _to_url(match: re.Match[str]) -> str | None:
    host, owner, name = (re.sub(r"\s", "", part) for part in match.groups())
    host, name = host.lower(), name.strip(".").removesuffix(".git")
    return (
        f"https://{host}/{owner}/{name}"
        if 0 < len(name) <= LONGEST and len(owner) <= LONGEST
        else None
    )
