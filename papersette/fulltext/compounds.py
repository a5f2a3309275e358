"""Restore the hyphens of compounds in all texts of a corpus, as hyphens.py decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from papersette.fulltext import hyphens
from papersette.fulltext.reading import Text


def restore_compounds(texts: Mapping[Path, Text | str]) -> dict[Path, Text | str]:
    """Return the texts; compounds broken at line ends get hyphens if the corpus writes them so."""
    read = [text for text in texts.values() if isinstance(text, Text)]
    uncertain = {pair for text in read for pair in text.broken}
    wanted = hyphens.find_compounds(((_to_forms(text), text.broken) for text in read), uncertain)
    return {
        path: _restore(text, wanted) if isinstance(text, Text) else text
        for path, text in texts.items()
    }


def _to_forms(text: Text) -> str:
    return text.forms or hyphens.to_forms("\n".join(f"{p.body}\n{p.refs}" for p in text.pages))


def _restore(text: Text, wanted: Mapping[str, str]) -> Text:
    """Return a text with its hyphens, and without its forms, which are no longer needed."""
    if not any(pair.replace("-", "") in wanted for pair in text.broken):
        return replace(text, forms="")
    pages = tuple(
        replace(
            page,
            body=hyphens.restore(page.body, text.broken, wanted),
            refs=hyphens.restore(page.refs, text.broken, wanted),
        )
        for page in text.pages
    )
    return replace(text, pages=pages, forms="")
