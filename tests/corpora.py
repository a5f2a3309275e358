"""Small invented corpora that several test modules share; the fixtures of conftest.py build them."""

ARABIC = "تعلم عميق للشبكات"
ODD_PAPERS = [
    {
        "paper_id": "hostile",
        "title": "<script>alert(1)</script> & noise",
        "authors": ['O\'Neil "Q" <b>', "Zoë Ångström"],
        "tldr": "<img src=x onerror=alert(1)>",
        "abstract": "An <i>abstract</i> about gradients.\n\nSecond paragraph.",
        "tags": ["<b>bold</b>", "C++", "noise"],
        "url": "javascript:alert(1)",
        "decision": "oral",
        "session": "Morning <1>",
        "year": 2018,
    },
    {
        "paper_id": "arabic",
        "title": ARABIC,
        "authors": ["محمد علي"],
        "tags": ["شبكات"],
        "language": "ar",
        "year": 2017,
    },
    {
        "paper_id": "a/b?c#d %41 ü",
        "title": "An id with everything in it",
        "tags": ["noise", "odd ids"],
    },
    {"paper_id": "bare"},
    {
        "paper_id": "dropout",
        "title": "Dropout and LSTM",
        "tags": ["dropout", "noise"],
        "session": "Morning <1>",
        "decision": "poster",
    },
    {"paper_id": "wikitext", "title": "On Wikitext", "tags": ["dropout"], "decision": "poster"},
    *[
        {
            "paper_id": f"p{n}",
            "title": f"Common filler paper {n}",
            "tags": ["filler"],
            "year": 2000 + n % 3,
        }
        for n in range(45)
    ],
]
ODD_PAGES = {
    "dropout": [
        [
            "We use dropout with an LSTM.",
            "Anisotropic noise is here, and aniso-",
            "tropic noise again.",
        ],
        ["Page two has dropout."],
    ],
    "wikitext": [["We train on Wikitext with a transformer.", "Noise that is anisotropic."]],
}
ODD_CATALOG = """
title: Odd papers
notice: All of this is <made up>.
sources:
  - kind: table
    file: papers.json
    files: pdfs
    pdf_url: '/pdf/{file}'
    venue: {venue_id: odd, name: Odd 2019, year: 2019}
"""

HOSTILE = "</script><script>window.hacked = 1</script>"
RATED = "\n".join(
    ["title,year,ratings,decision,tags,abstract"]
    + [f"{HOSTILE if n == 1 else f'Hedges in {n}'},{1990 + n % 30},{n % 9 + 1};{n % 5 + 3},{'Accept' if n % 3 else 'Reject'},{tag},{tag} of {n}"
       for n in range(60) for tag in [("pruning" if n % 2 else "garden shears")]]
)  # fmt: skip
RATED_CATALOG = """
title: Rated
sources:
  - {kind: table, file: rated.csv, venue: {venue_id: v, name: Gardens, kind: conference}}
"""
