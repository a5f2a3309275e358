"""Separate accents are combined with the letters below them."""

import pytest

from papersette.fulltext import accents


@pytest.mark.parametrize(
    ("text", "boxes", "placed"),
    [
        (
            "Bartok´ x",
            {4: (30, 0, 38, 7), 5: (38, 0, 46, 7), 6: (32, 8, 35, 10), 8: (60, 0, 66, 7)},
            "Bartók x",
        ),
        (
            "v ´ ari",
            {
                0: (0, 0, 8, 7),
                2: (9, 8, 12, 10),
                4: (8, 0, 14, 7),
                5: (14, 0, 18, 7),
                6: (18, 0, 20, 7),
            },
            "vári",
        ),
        ("xˆ", {0: (0, 0, 8, 7), 1: (2, 30, 5, 33)}, "xˆ"),
    ],
)
def test_a_separate_accent_is_combined_with_the_letter_below_it(text, boxes, placed):
    assert (
        accents.attach_accents(text, lambda i: boxes.get(i, (i * 8.0, 0.0, i * 8.0 + 8, 7.0)))
        == placed
    )
