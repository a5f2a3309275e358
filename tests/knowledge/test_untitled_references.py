"""References without titles, of invented works: one class of style each."""

import pytest

from papersette.knowledge.citations import parse_references

STYLES = {
    "pages before the year": (
        "A. Baker, B. Cole, and C. D. Evans, Phys. Rev. 47, 777 (1935).",
        ["baker-a", "cole-b", "evans-c"], 1935, "Phys. Rev. 47, 777", "Phys. Rev."),
    "the year between volume and pages": (
        "Baker A., Cole B., J. Comput. Phys. 227 (2008) 123–145.",
        ["baker-a", "cole-b"], 2008, "J. Comput. Phys. 227, 123", "J. Comput. Phys."),
    "a journal whose name is not shortened": (
        "K. Frey, L. Gale, Work and Stress 23(2) (2009) 155-172.",
        ["frey-k", "gale-l"], 2009, "Work and Stress 23, 155", "Work and Stress"),
    "a collaboration and an identifier": (
        "G. Huber et al. [BELL Collaboration], Phys. Lett. B 716, 1 (2012), arXiv:1207.1234.",
        ["huber-g"], 2012, "Phys. Lett. B 716, 1", "Phys. Lett. B"),
    "semicolons, and the journal after an initial": (
        "Imbert, J. A.; Jung, K. J. Am. Chem. Soc. 2008, 130, 1234–1240.",
        ["imbert-j", "jung-k"], 2008, "J. Am. Chem. Soc. 130, 1234", "J. Am. Chem. Soc."),
    "a comma inside the journal": (
        "Imbert, J. A.; Jung, K. B. Angew. Chem., Int. Ed. 2011, 50, 1234.",
        ["imbert-j", "jung-k"], 2011, "Angew. Chem., Int. Ed. 50, 1234",
        "Angew. Chem., Int. Ed."),
    "no punctuation": (
        "Lund A H, Moss F and Novak K S 2009 Rev. Mod. Phys. 81 109",
        ["lund-a", "moss-f", "novak-k"], 2009, "Rev. Mod. Phys. 81, 109", "Rev. Mod. Phys."),
    "the year after the authors": (
        "Olsen, A. G., Pratt, A. V., Quist, P., et al. 1998, AJ, 116, 1009",
        ["olsen-a", "pratt-a", "quist-p"], 1998, "AJ 116, 1009", "AJ"),
    "a page with a letter": (
        "Reed, P. A. R., Sand, N., et al. 2014, A&A, 571, A16",
        ["reed-p", "sand-n"], 2014, "A&A 571, A16", "A&A"),
    "a volume that is a year and month": (
        "T. M. Torres, JHEP 0305, 013 (2003).",
        ["torres-t"], 2003, "JHEP 0305, 013", "JHEP"),
    "full names": (
        "Uta Vogel and Will Young, Phys. Rev. 48, 696 (1935).",
        ["vogel-u", "young-w"], 1935, "Phys. Rev. 48, 696", "Phys. Rev."),
    "two works in one entry": (
        "H. A. Zorn, Phys. Rev. 55, 434 (1939); H. A. Zorn and C. Abel, Phys. Rev. 54, 248 (1938).",
        ["zorn-h"], 1939, "Phys. Rev. 55, 434", "Phys. Rev."),
}  # fmt: skip
"""Style -> entry, keys of the authors, year, title, journal."""

TITLED = {
    "a title before the journal": (
        "A. Baker, Deep Rivers, Nature 521, 436 (2015).", "Deep Rivers"),
    "a title after a full stop": (
        "Cole, J., Evans, R. Rivers in towns, Nature 521 (2015) 436.", "Rivers in towns"),
    "a book with the year first": ("Frey, J. W. (1981). Rivers, 2, 34-50.", "Rivers"),
    "the Vancouver style": (
        "Gale K, Huber M. Gardens. Rev Hort. 1989;2(5):359-66.", "Gardens"),
    "a shortened journal after a title of one word": (
        "Imbert, R. M. and Jung, D. L. (1998). Quantization. IEEE Trans. on Rivers, 44(6):2325.",
        "Quantization"),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_the_journal_of_a_reference_without_title_is_neither_author_nor_title(style):
    text, authors, year, title, journal = STYLES[style]

    (entry,) = parse_references([(1, text)])

    assert [name.key for name in entry.authors] == authors
    assert (entry.title, entry.year, entry.venue) == (title, year, journal)


@pytest.mark.parametrize("style", TITLED)
def test_a_title_is_not_taken_for_a_journal(style):
    text, title = TITLED[style]

    (entry,) = parse_references([(1, text)])

    assert entry.title == title


def test_a_list_without_labels_is_split_at_its_untitled_references():
    lines = [
        "Olsen, A. G., Pratt, A. V., et al. 1998, AJ, 116, 1009",
        "Pratt, A. V., & Quist, P. 2001, ApJ, 553, 47",
        "Reed, P. A. R., Sand, N., et al. 2014, A&A, 571, A16",
    ]

    entries = parse_references([(1, "\n".join(lines))])

    assert [entry.title for entry in entries] == ["AJ 116, 1009", "ApJ 553, 47", "A&A 571, A16"]


def test_a_shortened_journal_after_a_title_is_the_whole_venue():
    text = "E. Witt, “Rivers and holography,” Adv. Theor. Math. Phys. 2, 253 (1998)."

    (entry,) = parse_references([(1, text)])

    assert (entry.title, entry.venue) == ("Rivers and holography", "Adv. Theor. Math. Phys.")


def test_the_publisher_after_a_conference_is_not_part_of_the_venue():
    text = "E. Witt. Rivers and holography. In ECCV. Springer 2, 2014."

    (entry,) = parse_references([(1, text)])

    assert entry.venue == "ECCV"


def test_several_works_in_one_entry_are_entries_of_their_own():
    lists = (
        "[1] (a) Abel, J. A.; Baker, K. J. Hort. Chem. 2008, 130, 1234; (b) Cole, C. Hort. Rev. "
        "2011, 50, 12. (c) For a review, see: Dorn, D. Rose Rev. 2010, 110, 1.\n"
        "[2] E. Elm, Phys. Rev. 1, 2 (1999).\n[3] F. Frey, Phys. Rev. 3, 4 (2001)."
    )

    entries = parse_references([(1, lists)])

    names = [[name.key for name in entry.authors] for entry in entries]
    assert names == [["abel-j", "baker-k"], ["cole-c"], ["dorn-d"], ["elm-e"], ["frey-f"]]
    assert [entry.raw[:8] for entry in entries[:3]] == ["[1] (a) ", "(b) Cole", "(c) For "]


@pytest.mark.parametrize(
    "lead_in",
    ["See, for example: ", "See also, ", "For a review see: ", "cf. ", "See ", "See e.g., "],
)
def test_words_before_the_authors_are_left_out(lead_in):
    (entry,) = parse_references([(1, f"[1] {lead_in}P. W. Abel, Science 177, 393 (1972).")])

    assert [name.key for name in entry.authors] == ["abel-p"]
    assert entry.title == "Science 177, 393"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("N. W. Abel, Solid Roses (Garden College, Philadelphia, 1976).", "Solid Roses"),
        ("Abel, M. P.; Dorn, D. J. Care of Roses; Garden Press: New York, 1987.", "Care of Roses"),
    ],
)
def test_a_book_ends_before_its_publisher_place_and_year(text, title):
    (entry,) = parse_references([(1, text)])

    assert entry.title == title
