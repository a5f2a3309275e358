"""How text becomes a key: one spelling for all that differ in case, accents, hyphens or spaces alone.

The rule: any script is kept. `to_slug` makes keys that people read, in addresses; `to_key` makes keys to compare by.
"""

from __future__ import annotations

import re
import unicodedata


def to_slug(text: str) -> str:
    """A short name for addresses: lower case, accents folded, words joined by hyphens; any script is kept.

    >>> to_slug("Deep Learning: Léon's Session")
    'deep-learning-leon-s-session'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))


def to_key(text: str) -> str:
    """
    >>> to_key("On Learning Graphs with Edge-Detecting Queries: $G$")
    'onlearninggraphswithedgedetectingqueriesg'
    """
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if c.isalnum())
