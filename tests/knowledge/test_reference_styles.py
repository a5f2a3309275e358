"""Entries of many citation styles and languages: invented works, one class of style each."""

import pytest
from conftest import replaced

from papersette.knowledge.citations import count_citing_notes, parse_references
from papersette.knowledge.citations.titles import split_title

STYLES = {
    "author-date, place and publisher": (
        "Baker, Ann, and Tom Cole. 2004. Markets and Morals. London: Verso.",
        ["baker-a", "cole-t"], 2004, "Markets and Morals"),
    "a subtitle after a full stop": (
        "Adler, M. (1999): Städte im Wandel. Eine vergleichende Studie zweier Regionen. "
        "Opladen: Leske.",
        ["adler-m"], 1999, "Städte im Wandel. Eine vergleichende Studie zweier Regionen"),
    "a subtitle after a question mark": (
        "Baker, A. (2001). Who votes at noon? The timing of elections. Electoral Notes, 12, 3-19.",
        ["baker-a"], 2001, "Who votes at noon? The timing of elections"),
    "a subtitle and a place with stops": (
        "Beck, Ulla (1986): Die Stadtgesellschaft. Auf dem Weg an den Rand. "
        "Frankfurt a. M.: Campus.",
        ["beck-u"], 1986, "Die Stadtgesellschaft. Auf dem Weg an den Rand"),
    "a volume with a title": (
        "Esser, H., 1999: Städte. Besondere Grundlagen. Band 1: Häuser und Höfe. Bonn: Campus.",
        ["esser-h"], 1999, "Städte. Besondere Grundlagen"),
    "a German edition and no publisher": (
        "Weber, Mia: Wirtschaft und Garten, 5. Aufl., Tübingen 1980.",
        ["weber-m"], 1980, "Wirtschaft und Garten"),
    "two places of a publisher": (
        "Huber, Jo (1995): Dauerhaft bauen. Ein Plan. Berlin, New York: de Gruyter.",
        ["huber-j"], 1995, "Dauerhaft bauen. Ein Plan"),
    "an edition after the title": (
        "Cole T (1998) Statistics for sailors, 2nd edn. Harbour Press, Oslo",
        ["cole-t"], 1998, "Statistics for sailors"),
    "commas only, place and publisher": (
        "DUMAS Paul, MARTIN Anne, 1990, La ville et ses quartiers, Paris, Seuil.",
        ["dumas-p", "martin-a"], 1990, "La ville et ses quartiers"),
    "commas only, a journal": (
        "Evans, D. and M. Stone, 1986, Common rivers, Hydrologica, 54 (4), 923-942.",
        ["evans-d", "stone-m"], 1986, "Common rivers"),
    "a title with commas, a chapter": (
        "Frey, Jan (1977), Forests, Fields, and the Law of the Commons, in: Ida Berg and Kai Holm "
        "(eds), Sharing Land, Boston: Freeman, 229-240.",
        ["frey-j"], 1977, "Forests, Fields, and the Law of the Commons"),
    "single quotation marks around an apostrophe": (
        "Gale, R. (1990) ‘The workers’ day off and women’s work’, Journal of Leisure 15: 3–4.",
        ["gale-r"], 1990, "The workers’ day off and women’s work"),
    "German quotation marks": (
        "Huber, Karl (2005): „Die Ordnung der Dinge im Dorf“. "
        "In: Zeitschrift für Dorfkunde 3: 1-9.",
        ["huber-k"], 2005, "Die Ordnung der Dinge im Dorf"),
    "guillemets": (
        "Imbert, J. (2003), « Les marchés de nuit », Revue des villes, vol. 4, n° 2, p. 33-51.",
        ["imbert-j"], 2003, "Les marchés de nuit"),
    "a quotation that begins the title": (
        "Jung, Eva (2007). “Is it tea?” On the taste of names. In Leo Abt (Ed.), Taste (pp.1-9). "
        "Bern: Lang.",
        ["jung-e"], 2007, "“Is it tea?” On the taste of names"),
    "slashes between authors": (
        "Klein, Otto/Lang, Peter (1984): Akten als Quelle. In: Klein, Otto (Hrsg.): Quellen. "
        "Stuttgart: Klett. 9-18.",
        ["klein-o", "lang-p"], 1984, "Akten als Quelle"),
    "semicolons and the year without brackets": (
        "Lorenz, Uta; Moll, Iris 1998: On the tempo of births. In: Population Notes 24,2: 271-291.",
        ["lorenz-u", "moll-i"], 1998, "On the tempo of births"),
    "editors in German": (
        "Müller, Gerd (Hrsg.) (2009): Arbeit im Umbruch. Wiesbaden: VS Verlag.",
        ["muller-g"], 2009, "Arbeit im Umbruch"),
    "editors in French": (
        "Noir, Luc (dir.), 2011, Les écoles rurales, Lyon, Presses universitaires.",
        ["noir-l"], 2011, "Les écoles rurales"),
    "an institution": (
        "Ministry of Sea Affairs (2004) Report on Tides. Lisbon: MSA.",
        ["ministry-of-sea-affairs"], 2004, "Report on Tides"),
    "an institution and the year after a comma": (
        "Government of Bulgaria, 2000. Position paper on coastal roads [online]. Available from: "
        "http://example.org/roads.",
        ["government-of-bulgaria"], 2000, "Position paper on coastal roads"),
    "two years of publication": (
        "Ott, Max (1958/1927). The Farmer in Two Countries. New York: Dover.",
        ["ott-m"], 1958, "The Farmer in Two Countries"),
    "not published": (
        "Page, L. (in press). Gestures of the hand. Journal of Signs 1957, 3.",
        ["page-l"], None, "Gestures of the hand"),
    "no year": (
        "Quist, P. and Rand, O. Democracy and its students. European Notes 76, p. 3 – 23.",
        ["quist-p", "rand-o"], None, "Democracy and its students"),
    "the year at the end": (
        "P. Quist and O. Rand. Democracy and its students. European Notes 76:3–23, 2004.",
        ["quist-p", "rand-o"], 2004, "Democracy and its students"),
    "an abbreviated journal": (
        "Ann Roth and Ben Sand. Learning a hidden map. J. Comput. Syst. Sci., 74(4):546–556, 2008.",
        ["roth-a", "sand-b"], 2008, "Learning a hidden map"),
    "a journal with a series": (
        "C. Thal. Shrinkage of maps. Journal of the Royal Map Society. Series B, 58:267–288, 1996.",
        ["thal-c"], 1996, "Shrinkage of maps"),
    "Vancouver": (
        "Ulm AB, Vogt C. Care after surgery: a review. Rev Bras Enferm. 2007; 41(3):500-7.",
        ["ulm-a", "vogt-c"], 2007, "Care after surgery: a review"),
    "Vancouver, a title of one word before a colon": (
        "Quintal TRB. Jardinagem: um desafio para o bairro. Rev Hortas 2007;1:3-9.",
        ["quintal-t"], 2007, "Jardinagem: um desafio para o bairro"),
    "Vancouver, one initial and a subtitle in lower case": (
        "Ulm A. Jardins: passeios de manhã. Rev Hortas. 2011;2(4):1-5.",
        ["ulm-a"], 2011, "Jardins: passeios de manhã"),
    "Vancouver, initials and a subtitle with a capital": (
        "Ulm AB. Gardens: A review. J Hedges. 2012;3:1-5.",
        ["ulm-a"], 2012, "Gardens: A review"),
    "a colon after a full name": (
        "Vera T. Quist: On hedges. In: Garden Days, pp. 1-9 (2005)",
        ["quist-v"], 2005, "On hedges"),
    "no author, and a subtitle in lower case": (
        "Hedges: a history. Oslo: Harbour Press, 2003.",
        [], 2003, "Hedges: a history"),
    "Vancouver, initials like a suffix": (
        "Ulm JR, Vogt C, Prado SR. Care after surgery. Rev Bras Enferm. 2007; 41(3):500-7.",
        ["ulm-j", "vogt-c", "prado-s"], 2007, "Care after surgery"),
    "a family name of two words": (
        "Elm Ash, Ingrid (2004). Learning in gardens. Studies of Hedges, 39(1), 38-53.",
        ["elm-ash-i"], 2004, "Learning in gardens"),
    "a family name of two words, then another author": (
        "Elm Ash, Ingrid & Vogt, Kirsten (2001). Space for gardens. Oslo: Harbour Press.",
        ["elm-ash-i", "vogt-k"], 2001, "Space for gardens"),
    "a family name of two words, semicolons": (
        "Elm Ash, Ivo; Lorenz, Uta; Moll, Iris 2010: On tempo. In: Population Notes 24,2: 271-291.",
        ["elm-ash-i", "lorenz-u", "moll-i"], 2010, "On tempo"),
    "the last author in the other order, with an initial": (
        "Elm, David M., and Adrian J. Vogt (2011), Gardens of the East, in: Notes, 5, 2, 369-410.",
        ["elm-d", "vogt-a"], 2011, "Gardens of the East"),
    "a particle with a capital": (
        "Van Ulm, Evert 2001: On measures. In: Population Notes 5,2: 23-64.",
        ["van-ulm-e"], 2001, "On measures"),
    "an author with one name after others": (
        "Ann Elm, Ben Roe, Plato (2004). Learning in gardens. Studies of Hedges, 39(1), 38-53.",
        ["elm-a", "roe-b", "plato"], 2004, "Learning in gardens"),
    "Vancouver, four and five initials": (
        "Quintal TRBC, Ulm AB, de Vogt Prado CDEFG. Hortas e jardins. Rev Hortas. 2008;2:1-5.",
        ["quintal-t", "ulm-a", "de-vogt-prado-c"], 2008, "Hortas e jardins"),
    "Vancouver, initials like those of et al.": (
        "Quintal TR, Prado AL. Hortas e jardins. Rev Hortas. 2008;2:1-5.",
        ["quintal-t", "prado-a"], 2008, "Hortas e jardins"),
    "Vancouver, particles after the initials": (
        "Quintal TRB da, Ulm AB van der, Prado CDE dos. Hortas. Rev Hortas. 2008;2:1-5.",
        ["da-quintal-t", "van-der-ulm-a", "dos-prado-c"], 2008, "Hortas"),
    "Vancouver in capitals, et al.": (
        "QUINTAL TR, PRADO AB, ET AL. Hortas e jardins. Rev Hortas. 2008;2:1-5.",
        ["quintal-t", "prado-a"], 2008, "Hortas e jardins"),
    "family names in capitals after given names": (
        "Jean DUPU, Anne MARTI, 1990, La ville et ses jardins, Paris, Seuil.",
        ["dupu-j", "marti-a"], 1990, "La ville et ses jardins"),
    "a saint after a particle": (
        "Adler, M. P. and de St. Orme, E. (1992) ‘A Theory of Hedges’, Garden Notes 62(6): 3–15.",
        ["adler-m", "de-st-orme-e"], 1992, "A Theory of Hedges"),
    "a saint, and the given name in full": (
        "St. Orme, Eva, and Anna Ste. Roche. 2001. Hedges and Ditches. London: Verso.",
        ["st-orme-e", "ste-roche-a"], 2001, "Hedges and Ditches"),
    "a saint after initials": (
        "E. de St. Orme and A. St. Roche. On hedges. Garden Notes, 3:1–9, 2004.",
        ["de-st-orme-e", "st-roche-a"], 2004, "On hedges"),
    "particles before family names": (
        "de la Orme, E., dos Prado, A., & van 't Ulm, B. (1998). On hedges. Garden Notes, 3, 1-9.",
        ["de-la-orme-e", "dos-prado-a", "van-t-ulm-b"], 1998, "On hedges"),
    "an enumeration as title, commas only": (
        "Adler, N. (1978) Hedge, Ditch, Orchard, London: Verso.",
        ["adler-n"], 1978, "Hedge, Ditch, Orchard"),
    "an enumeration as title, place and publisher": (
        "Adler, N. (1978), Hedge, Ditch, and Orchard, London, Verso.",
        ["adler-n"], 1978, "Hedge, Ditch, and Orchard"),
    "an enumeration as title, publisher and reprint": (
        "Adler, N. (1978), Hedge, Ditch, Orchard, London, Verso, 1981.",
        ["adler-n"], 1978, "Hedge, Ditch, Orchard"),
    "an enumeration as title, and its edition": (
        "Adler, N. (1978) Hedge, Ditch, Orchard, 2nd edn, London: Verso.",
        ["adler-n"], 1978, "Hedge, Ditch, Orchard"),
    "a title of one word, a city and its state": (
        "Adler, N. (1978) Orchards, Reading, MA: Addison.",
        ["adler-n"], 1978, "Orchards"),
    "a title and two cities, commas only": (
        "Adler, N. (1978) Orchards of the North, Berlin, London: Verso.",
        ["adler-n"], 1978, "Orchards of the North"),
    "an institution of three capitals": (
        "GHS, 2003. “Census of gardens, hedges and ditches”. Release 2. Oslo: Garden Office.",
        ["ghs"], 2003, "Census of gardens, hedges and ditches"),
    "an institution of three capitals and the year in brackets": (
        "GHS (2003). Report on hedges. Oslo: GHS.",
        ["ghs"], 2003, "Report on hedges"),
    "a quotation that begins the title, before a colon": (
        "Coster, F. (2013b). “There is tea in there”: Developing a theory for gardens in towns. "
        "Garden Review for the Sociology of Tea, 48(5), 594-612.",
        ["coster-f"], 2013,
        "“There is tea in there”: Developing a theory for gardens in towns"),
    "a quotation that ends with dots, before a colon": (
        "Coster, F. (2013) “There is tea…”: Developing a garden. Garden Notes, 3(2), 1-9.",
        ["coster-f"], 2013, "“There is tea…”: Developing a garden"),
    "a quotation that is the title, before a colon": (
        "Coster, F. (2013). “Tea in gardens”: Garden Notes, 48(5), 594-612.",
        ["coster-f"], 2013, "Tea in gardens"),
    "a group": (
        "Hedge Growers Collaboration. Counting roses. J. Hort. 7, 16 (2012).",
        ["hedge-growers-collaboration"], 2012, "Counting roses"),
    "a group with an article": (
        "The ROSE Collaboration. Counting roses. J. Hort. 7, 16 (2012).",
        ["rose-collaboration"], 2012, "Counting roses"),
    "a group that begins with a number": (
        "[1] 1000 Roses Project Consortium (2015). Counting roses. Hort. Rev. 526, 68.",
        ["1000-roses-project-consortium"], 2015, "Counting roses"),
    "a group before authors": (
        "Rose Working Group, Abel J, Baker A. Counting roses. J. Hort. 2001;357:12-5.",
        ["rose-working-group", "abel-j", "baker-a"], 2001, "Counting roses"),
    "a journal of shortened words after the title": (
        "Abel, G.; Baker, J. Counting roses by their leaves. Hort. Rev. B 1996, 54, 11169–11186.",
        ["abel-g", "baker-j"], 1996, "Counting roses by their leaves"),
    "commas only, and a journal of shortened words": (
        "I. N. Abel, S. I. Baker, Roses on base hedges, Funct. Hort. Appl. 5 (1971), 1–8.",
        ["abel-i", "baker-s"], 1971, "Roses on base hedges"),
    "commas only, and a volume of a series": (
        "Ann Abel, Topics in rose hedges, Graduate Studies in Roses, vol. 132, Rose Society, 2012.",
        ["abel-a"], 2012, "Topics in rose hedges"),
    "a full given name and a title with and": (
        "Abel, Michel. Hedges and Roses: The Birth of the Garden. New York: Vintage, 1977.",
        ["abel-m"], 1977, "Hedges and Roses: The Birth of the Garden"),
    "two full given names and a title with and": (
        "Abel, Noam and Baker, Thomas. Safe and nested hedges for roses. In Gardens, 2017.",
        ["abel-n", "baker-t"], 2017, "Safe and nested hedges for roses"),
    "no punctuation and a title": (
        "Abel S, Baker C D and Cole M P 1983 Roses by simulated growth Science 220 671–80",
        ["abel-s", "baker-c", "cole-m"], 1983, "Roses by simulated growth"),
    "an edition in brackets": (
        "Ann Abel. 1994. Roses: A Growth System (2nd ed.). Harbour-Press.",
        ["abel-a"], 1994, "Roses: A Growth System"),
    "slashes, and a particle": (
        "Abel, J./ Baker, D./ Cole, B./van Dorn, T. (eds.) (1991): Roses at Risk. London. Sage.",
        ["abel-j", "baker-d", "cole-b", "van-dorn-t"], 1991, "Roses at Risk"),
    "editors of a work that is announced": (
        "Abel, H., G. Baker and L. Cole (eds.) (forthcoming in 2011), Hedges. Oslo: Sage.",
        ["abel-h", "baker-g", "cole-l"], 2011, "Hedges"),
    "the year of the first edition in brackets": (
        "Abel, Joseph (1991[1872]) ‘Hedges’, in Ann Baker (ed.) The Book of Gardens. Oslo: Sage.",
        ["abel-j"], 1991, "Hedges"),
    "a stop before and": (
        "Abel-Ruiz, José. and Ana Baker. 2013.¿El jardín? La Huerta, May 5.",
        ["abel-ruiz-j", "baker-a"], 2013, "¿El jardín?"),
    "no space before the year": (
        "Abel, F. & Baker, J.H.1994. Hedges from West to East. Harbour India Limited.",
        ["abel-f", "baker-j"], 1994, "Hedges from West to East"),
    "an acronym with a stop": (
        "GHS. (2015). Hedges. Retrieved from http://www.example.org/hedges",
        ["ghs"], 2015, "Hedges"),
    "a given name cut to two letters": (
        "Abel M., Orlov Yu. S., Baker Rad E. Roots of hedges. Hort. J. 4 (2008) 95-112.",
        ["abel-m", "orlov-y", "baker-rad-e"], 2008, "Roots of hedges"),
    "the initial P. before the year": (
        "Quist, A. V., & Reed, P. 2001, Hedges of the North, Oslo: Sage.",
        ["quist-a", "reed-p"], 2001, "Hedges of the North"),
    "a German subtitle before In": (
        "Abel, Martin, and Jan Baker. 2001. Gärten in Städten. Bestand und Zukunft. In Orte im "
        "Alter, ed. Ann Cole, 1-9. Opladen: Leske.",
        ["abel-m", "baker-j"], 2001, "Gärten in Städten. Bestand und Zukunft"),
    "Russian, GOST": (
        "Волков А., Сидоров Б. Методы отбора признаков // Вестник науки. 2014. № 3. С. 11–19.",
        None, 2014, "Методы отбора признаков"),
    "a translated title": (
        "Wolf, E. (1927). Die Lehre vom Schlaf [The theory of sleep]. "
        "Archiv für Träume, 4, 193-209.",
        ["wolf-e"], 1927, "Die Lehre vom Schlaf [The theory of sleep]"),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_an_entry_of_each_style_is_parsed(style):
    text, authors, year, title = STYLES[style]
    (entry,) = parse_references([(1, text)])
    assert (entry.title, entry.year) == (title, year)
    if authors is not None:
        assert [name.key for name in entry.authors] == authors


def test_many_initials_are_recognised_by_the_other_entries_of_a_list():
    others = ["Abel AB, Ulm C. Old hedges.", "Quist D, Rand EF. New hedges.", "Sand GH. Roots."]
    entries = [f"{n}. {text} Rev Hortas. 200{n};1:3-9." for n, text in enumerate(others, start=1)]
    last = "4. Vogt PRST. Leaves. Rev Hortas. 2004;1:3-9."
    names = [entry.authors for entry in parse_references([(1, "\n".join([*entries, last]))])]
    assert [own[0].key for own in names] == ["abel-a", "quist-d", "sand-g", "vogt-p"]
    assert parse_references([(1, last)])[0].authors[0].key == "prst-v"


def test_a_dash_repeats_the_authors_of_the_entry_before():
    lists = (
        "\nAbel, Ann (1998), First findings, Bern: Lang.\n\n— (1999), Second findings, Bern: Lang."
        "\n\n———. 2001. Third findings. Bern: Lang.\n\nDies. (2004): Late findings. Bern: Lang."
    )
    entries = parse_references([(1, lists)])
    assert [entry.title for entry in entries] == [
        "First findings", "Second findings", "Third findings", "Late findings",
    ]  # fmt: skip
    assert {entry.authors[0].key for entry in entries} == {"abel-a"}


MARKED = (
    "References\n\nBank of the North (BN) (2011), Yearly\nreport, Oslo.\n\n"
    "Berg, Ida (2003), Bridges in Winter,\nBoston: Freeman.\n\nBerg, Ida (2008), Tunnels, Boston:\n"
    "Freeman."
)


def test_marked_lines_begin_entries_and_others_do_not():
    entries = parse_references([(4, MARKED), (5, "\nHolm, Kai (1999), Piers, Bern: Lang.")])
    assert [entry.title for entry in entries] == [
        "Yearly report", "Bridges in Winter", "Tunnels", "Piers",
    ]  # fmt: skip
    assert [entry.page for entry in entries] == [4, 4, 4, 5]


def test_an_entry_after_a_line_that_was_marked_wrongly_begins_at_its_line():
    entries = parse_references([(4, (
        "References\n\nBerg, I. (2003). Bridges in winter. Garden Notes.\n\n"
        "Holm, K. (2004). Piers in autumn. Garden Notes.\n\n"
        "Lind, O. and Moe, P. (2005). Stochastic descent as an approximate\n\n"
        "inference of paths. Garden Notes.\nRask, T. and Sund, V. (2006). Tunnels in spring. "
        "Garden\nNotes.\n\nVik, B. (2007). Roofs in summer. Garden Notes."
    ))])  # fmt: skip
    assert [entry.year for entry in entries] == [2003, 2004, 2005, 2006, 2007]


def test_a_mark_inside_a_sentence_is_not_followed():
    text = replaced(MARKED, "Winter,\nBoston", "Winter,\n\nBoston")
    assert len(parse_references([(4, text)])) == 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Abel, Ann (1998), The case for hedges, Oslo: Northern", "Garden Office."),
        ("Abel, Ann (1998), Meanings of “care through", "Hedges”. Garden Notes, 13(1), 1-9."),
        ("Abel, Ann (1998), On hedges. Journal of", "Hedges: A Review of Gardens, 12(1)."),
        ("Abel, Ann (1998), On hedges (a report for the Office.", "Third edition), Oslo: Lang."),
        ("Abel, Ann (1998), On hedges. Garden Notes.", "12(1), 1-23."),
    ],
)
def test_a_marked_line_that_continues_an_entry_begins_none(first, second):
    entries = parse_references([(4, f"{MARKED}\n\n{first}"), (5, f"\n{second}")])
    assert [entry.year for entry in entries] == [2011, 2003, 2008, 1998]
    assert entries[-1].raw == f"{first} {second}"


@pytest.mark.parametrize(
    "last", ["Holm, Kai (1999), Piers, Bern", "Office of Piers (1999), Piers."]
)
def test_authors_begin_an_entry_after_one_without_a_stop(last):
    text = f"{MARKED}\n\nAbel, Ann (1998), Findings, Oslo\n\n{last}"
    assert [entry.year for entry in parse_references([(4, text)])] == [2011, 2003, 2008, 1998, 1999]


def test_a_title_begins_an_entry_in_a_list_without_stops():
    text = (
        "\nAbel, Ann (1998), Findings, Oslo\n\nBerg, Ida (2003), Bridges, Bonn"
        "\n\nHarbours of the north, a yearbook, Oslo 2004\n\nHolm, Kai (2005), Piers, Bern"
    )
    assert len(parse_references([(4, text)])) == 4


def test_the_publications_after_a_list_are_not_its_entries():
    others = [
        "Series of the institute",
        "Ida Berg Roads and Rails",
        "Edition North, 360 pages",
        "Kai Holm (Ed.) Learning from Neighbours",
        "Edition North, 210 pages",
    ]
    entries = parse_references([(4, "\n\n".join([MARKED, *others]))])
    assert [entry.year for entry in entries] == [2011, 2003, 2008]


NOTES = "\n".join(
    f"The towns grew. {n} {prefix} Adler, Die Stadt (München 19{n + 60}), S. {n + 3}."
    for n, prefix in enumerate(["Vgl.", "See", "", "Vgl.", "Cf.", "", "Siehe"], start=1)
)


def test_citations_in_footnotes_are_counted():
    assert count_citing_notes([(1, NOTES)]) == 7


def test_years_and_tables_are_no_footnotes():
    table = "\n".join(
        f"{n} Town {n} grew by {n * 3} percent since 19{n + 60}." for n in range(1, 9)
    )
    assert count_citing_notes([(1, table)]) == 0
    assert count_citing_notes([(1, "As Adler (1999, p. 3) and Berg (2001, p. 4) show. " * 9)]) == 0


@pytest.mark.parametrize(
    ("rest", "title", "after"),
    [
        ("On trees. In: Wood, 3, 2001.", "On trees", "In: Wood, 3, 2001."),
        ("On trees // Wood. 2001.", "On trees", "// Wood. 2001."),
        ("", "", ""),
        ("“", "“", ""),
    ],
)
def test_a_title_and_the_text_after_it_are_all_of_the_text(rest, title, after):
    found, rest_found = split_title(rest, "year")
    assert (found.strip(" ."), rest_found.strip()) == (title, after)
