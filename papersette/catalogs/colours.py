"""Computes with colours: contrast as WCAG defines it, and the nearest readable shade.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio and #dfn-relative-luminance
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

READABLE = 4.5
"""Least contrast of text and its background at level AA of WCAG."""
SURFACES = {"light": "#ebe9e3", "dark": "#2b3239"}
"""The surface of each theme on which text has least contrast; a test compares it with the CSS."""
STEP = 0.005
"""Step of lightness, from 0 to 1, in the search for a readable shade."""


@dataclass(frozen=True)
class Shade:
    """A colour as a theme shows it."""

    colour: str
    """The shade, as #rrggbb."""
    ink: str
    """The colour of text on the shade, as #rrggbb."""
    contrast: float
    """Contrast of the original colour with the theme's surface."""


def to_hex(text: str) -> str | None:
    """Return a colour, written as #rgb or #rrggbb, as #rrggbb; None if it is not one.

    >>> to_hex("#FC0"), to_hex("#14548c"), to_hex("red")
    ('#ffcc00', '#14548c', None)
    """
    digits = text.strip().removeprefix("#").lower()
    if not text.strip().startswith("#") or not re.fullmatch("[0-9a-f]{3}|[0-9a-f]{6}", digits):
        return None
    return "#" + (digits if len(digits) == 6 else "".join(c * 2 for c in digits))


def to_contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21.

    >>> to_contrast("#000000", "#ffffff"), round(to_contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    lighter, darker = sorted((_to_luminance(one), _to_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def to_shade(colour: str, theme: str) -> Shade:
    """Return the shade of a colour that is readable on the surfaces of a theme.

    Args:
        colour: As #rrggbb. Its hue and saturation are kept; only its lightness is changed.
        theme: A key of `SURFACES`.
    """
    surface = SURFACES[theme]
    contrast = to_contrast(colour, surface)
    hue, lightness, saturation = colorsys.rgb_to_hls(*_to_parts(colour))
    shade = colour
    while to_contrast(shade, surface) < READABLE:
        lightness += STEP if theme == "dark" else -STEP
        shade = _from_parts(*colorsys.hls_to_rgb(hue, min(1, max(0, lightness)), saturation))
    ink = max(("#ffffff", "#000000"), key=lambda ink: to_contrast(ink, shade))
    return Shade(shade, ink, contrast)


def _to_parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


def _from_parts(*parts: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _to_luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _to_parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
