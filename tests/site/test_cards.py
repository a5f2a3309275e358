"""Pictures of papers for links: size, caching, scripts, and odd input."""

import struct

import pytest

from papersette.exports.card import HEIGHT, WIDTH, Card, draw, to_card, to_tag

PAPER = "/-/card/swalp.png"


def size_of(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("path", [PAPER, "/-/card.png"])
def test_a_picture_has_the_size_that_the_page_promises(sample_site, path):
    answer = sample_site.get(path)
    assert answer.headers["content-type"] == "image/png"
    assert size_of(answer.content) == (WIDTH, HEIGHT)
    assert 5_000 < len(answer.content) < 200_000


def test_an_unchanged_picture_is_not_sent_again(sample_site):
    tag = sample_site.get(PAPER).headers["etag"]
    again = sample_site.get(PAPER, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert sample_site.get(PAPER, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["nosuch", "~00", "~FF", "..~2F..~2Fetc", "a" * 3000, "+", "~2B~"])
def test_an_unknown_paper_has_no_picture(sample_site, name):
    assert sample_site.get(f"/-/card/{name}.png").status_code == 404


def test_pictures_are_only_read(sample_site):
    assert sample_site.post(PAPER).status_code in {403, 405}


HOSTILE = [
    "#panic()",
    '"); #read("/etc/passwd")',
    "$x$ \\ #let a = 1 */ // `",
    "\x00\x1b\u202e\ufeff",
    "word" * 500,
    "x" * 5000,
    "👩‍👩‍👧 é̂̂̂̂̂ ﷽",
    "",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_is_shown_as_text_whatever_it_says(title):
    assert size_of(draw(to_card(title, [title] * 20, title, title))) == (WIDTH, HEIGHT)


def test_a_colour_of_the_site_is_used_only_if_it_is_one():
    assert to_card("T", [], "", "", "#a0b1c2").accent == "#a0b1c2"
    for wrong in ("red", '#fff"); panic("', "", "#12345"):
        assert to_card("T", [], "", "", wrong).accent == Card("T").accent


def ink(png):
    """Return the number of dark pixels in the left and the right half of a picture."""
    pypdfium2 = pytest.importorskip("PIL.Image")
    import io

    grey = pypdfium2.open(io.BytesIO(png)).convert("L").crop((40, 60, WIDTH - 40, 300))
    half = grey.width // 2
    left, right = (
        grey.crop((0, 0, half, grey.height)),
        grey.crop((half, 0, grey.width, grey.height)),
    )
    return tuple(sum(side.histogram()[:128]) for side in (left, right))


def test_arabic_is_set_from_the_right_with_joined_letters():
    title = "التعلم العميق"
    left, right = ink(draw(to_card(title, [], "", "")))
    assert left == 0
    assert right > 500
    apart = "\u200c".join(title)  # a non-joiner between all letters
    assert ink(draw(to_card(apart, [], "", "")))[1] != right
    left, right = ink(draw(to_card("Deep", [], "", "")))
    assert right == 0
    assert left > 500


def test_the_name_of_a_picture_changes_with_what_it_shows():
    card = to_card("T", ["A"], "V 2019", "S")
    assert to_tag(card) == to_tag(to_card("T", ["A"], "V 2019", "S"))
    changed = [
        to_card("U", ["A"], "V 2019", "S"),
        to_card("T", ["B"], "V 2019", "S"),
        to_card("T", ["A"], "V 2019", "S", "#112233"),
    ]
    assert len({to_tag(one) for one in [card, *changed]}) == 4
