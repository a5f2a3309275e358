"""Finds the code repositories that a paper links to, with page and surrounding text.

A link must have an owner and a name; pages of hosts and users are left out. Links that seem to be
to the paper's own code, as after "our code is available at", come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LINK = re.compile(
    r"(?<![\w.-])(?:www\.)?(github\.\s?com|gitlab\.\s?com|bitbucket\.\s?org|codeberg\.\s?org"
    r"|anonymous\.4open\.science)"
    r"\s?/\s?([\w-]+(?:\.[\w-]+)*)\s?/\s?([\w.]+(?:-\s?[\w.]+)*)",
    re.IGNORECASE,
)
"""A link to a host; it may be broken at a line end, after a slash, a dot or a hyphen."""
HOSTS = ("github", "gitlab", "bitbucket", "codeberg", "anonymous")
"""Start of the name of each host."""
OWN = re.compile(
    r"\b(?:code|codes|implementations?|repository)\b.*\b(?:available|found|at|here)\b|\breleases?\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"(?<![a-z])(?:their|his|authors|official|original|publicly?|from|et al|based on|use[sd]?"
    r"|follow\w*)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")
"""End of a sentence before a link; it may also be that of "Appendix A." or "et al.", which is none
in `papersette.sentences`: links are often in footnotes, and the sentence that a footnote interrupts
must not decide whose code it is."""
MAX_EVIDENCE = 140
"""Number of characters before a link that are kept as evidence."""
MAX_NAME = 100
"""Longest owner or name, in characters; longer ones are several words without spaces."""


@dataclass(frozen=True)
class CodeLink:
    """A repository that a paper links to; `evidence` is the text before the link."""

    url: str
    page: int
    evidence: str


def find_code(pages: Iterable[tuple[int, str]]) -> list[CodeLink]:
    """Return the repositories linked to in (page, text), each once; the paper's own come first.

    >>> text = "We use github.com/a/b. Our code is at https://github.com/ ada/of-\\nnoise.git."
    >>> find_code([(3, text)])[0].url
    'https://github.com/ada/of-noise'
    """
    links: dict[str, CodeLink] = {}
    for page, text in pages:
        end = 0
        if not _names_host(text):
            continue
        for match in LINK.finditer(text):
            url = _to_url(match)
            before = (
                text[max(end, match.start() - MAX_EVIDENCE) : match.start()]
                .removesuffix("https://")
                .removesuffix("http://")
            )
            end = match.end()
            if url:
                links.setdefault(
                    url.lower(), CodeLink(url, page, " ".join(SENTENCE.split(before)[-1].split()))
                )
    return sorted(links.values(), key=lambda link: not seems_own(link.evidence))


def _names_host(text: str) -> bool:
    """Return whether a text may have a link, which is faster than a search for links."""
    lower = text.lower()
    return any(host in lower for host in HOSTS)


def seems_own(evidence: str) -> bool:
    """Whether the text before a link is about the paper's own code.

    >>> seems_own("The code is available at"), seems_own("We used the code of Ada et al., found at")
    (True, False)
    """
    return bool(OWN.search(evidence)) and not OTHERS.search(evidence)


def _to_url(match: re.Match[str]) -> str | None:
    host, owner, name = (re.sub(r"\s", "", part) for part in match.groups())
    host, name = host.lower(), name.strip(".").removesuffix(".git")
    return (
        f"https://{host}/{owner}/{name}"
        if 0 < len(name) <= MAX_NAME and len(owner) <= MAX_NAME
        else None
    )
