"""Loose accents: each form that text files contain, and what must stay as it is."""

import pytest

from papersette.fulltext import cleaning
from papersette.fulltext.loose_accents import find_habits, join_loose


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        ("Scho¨lkopf and Sch¨olkopf", "Schölkopf and Schölkopf"),
        ("Ju¨rgen, J¨urgen", "Jürgen, Jürgen"),
        ("Gu¨ls¸en, Franc¸ois", "Gülşen, François"),
        ("Andre´ and Timothe´e", "André and Timothée"),
        ("mod`ele, Candès by Cande`s", "modèle, Candès by Candès"),
        ("na¨ıve, na¨ive, Pietika¨inen", "naïve, naïve, Pietikäinen"),
        ("Garc´ia, Rodr´ıguez, Lu´is", "García, Rodríguez, Luís"),
        ("ˇSlapeta, Konecˇny´", "Šlapeta, Konečný"),
        ("Paul Erd˝os", "Paul Erdős"),
        ("Nicolo` Cesa-Bianchi", "Nicolò Cesa-Bianchi"),
        ("Bu¨-\nhler", "Bü-\nhler"),
    ],
)
def test_an_accent_before_or_after_its_letter_is_joined(raw, joined):
    assert join_loose(raw) == joined


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        ("J¨ urgen", "Jürgen"),
        ("Scho ¨lkopf", "Schölkopf"),
        ("J ̈urgen", "Jürgen"),
        ("Szepesv ´ ari", "Szepesvári"),
        ("E´ tienne, C´ esar, O¨ zgur", "Étienne, César, Özgur"),
        ("Ho¨ lder, Xilu¨ and", "Hölder, Xilü and"),
    ],
)
def test_a_space_beside_an_accent_is_removed_inside_a_word_only(raw, joined):
    assert join_loose(raw) == joined


@pytest.mark.parametrize(
    "text",
    [
        "yˆi and xˆ2 with f˜ (x)",
        "a ˆ b, a ˜ b, yˆtest",
        "xi ´ v and 3´ 2 and 4 ´ 1",
        "the `word' and `model` and (``unbiased'')",
        "we don´t use the state´s d´Alembert",
        "the quotations ´example´ and ´element´",
        "x¯i and p¯data",
    ],
)
def test_formulas_quotations_code_and_apostrophes_are_kept(text):
    assert join_loose(text) == text


def test_where_two_letters_could_take_an_accent_the_document_decides():
    assert join_loose("Valde´s") == "Valdés"
    assert join_loose("Ju¨rgen Gdan´sk Kos´nik") == "Jürgen Gdańsk Kośnik"
    assert join_loose("J¨urgen Ren´e Kovacevi´c") == "Jürgen René Kovacević"


def test_a_page_is_joined_by_the_cases_of_its_whole_document():
    assert find_habits("J¨urgen").after is False
    pages = cleaning.clean(["The text is by J¨urgen.", "It cites Luci´c."])
    assert pages[1] == ["It cites Lucić."]
