"""Small invented corpora that several test modules share;
the fixtures of conftest.py build them."""

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
PLANTS = "box yew ivy holly laurel privet hornbeam hawthorn juniper".split()
"""Words in which the papers below differ, so that they have a map."""
RATED = "\n".join(
    ["title,year,ratings,decision,tags,abstract"]
    + [f"{HOSTILE if n == 1 else f'Hedges in {n}'},{1990 + n % 30},{n % 9 + 1};{n % 5 + 3},"
       f"{'Accept' if n % 3 else 'Reject'},{tag},{tag} of {PLANTS[n % 9]} and {PLANTS[n % 7]}"
       for n in range(60) for tag in [("pruning" if n % 2 else "garden shears")]]
)  # fmt: skip
RATED_CATALOG = """
title: Rated
sources:
  - {kind: table, file: rated.csv, venue: {venue_id: v, name: Gardens, kind: conference}}
"""

ADAM = "Diederik P. Kingma and Jimmy Ba. Adam: A method for stochastic optimization. In ICLR, 2015."
FILLER = "Carl Filler and Dora Blank. Trees in rows. In Orchards, 2012."
OTHER = "Emil Blank. Rows of shears in a shed. Journal of Gardens, 3(1):5-9, 2011."
HEDGING = "Ada Keeper. Gradient hedging for orchards and gates. In Gardens, 2017."
SEARCHED = {
    "bengio-full": (
        "Long memories of networks",
        [["Networks forget what they have read.", "References",
          ("[1] Yoshua Bengio, Patrice Simard, and Paolo Frasconi. "
           "Learning long-term dependencies with"),
          ("gradient descent is difficult. "
           "IEEE Transactions on Neural Networks, 5(2):157-166, 1994."),
          f"[2] {FILLER}", f"[3] {OTHER}"]],
    ),
    "bengio-initials": (
        "A model of language",
        [["Words are embedded as vectors.", "References",
          ("[1] Y. Bengio, R. Ducharme, and P. Vincent. "
           "A neural probabilistic language model. Journal of"),
          "Machine Learning Research, 3:1137-1155, 2003.", f"[2] {ADAM}", f"[3] {HEDGING}"]],
    ),
    "bengio-samy": (
        "Scheduled sampling again",
        [["Sampling on a schedule.", "References",
          ("[1] Samy Bengio, Oriol Vinyals, and Noam Shazeer. "
           "Scheduled sampling for sequence prediction"),
          "with recurrent networks. In NIPS, 2015.", f"[2] {ADAM}", f"[3] {FILLER}"]],
    ),
    "hinton": (
        "Deep beliefs",
        [["A deep belief network of many layers.", "References",
          ("[1] Geoffrey E. Hinton, Simon Osindero, and Yee-Whye Teh. "
           "A fast learning algorithm for deep"),
          "belief nets. Neural Computation, 18(7):1527-1554, 2006.",
          ("[2] Bart van Merriënboer, Dzmitry Bahdanau, and Kyunghyun Cho. "
           "Blocks and fuel: Frameworks for"),
          "deep learning. arXiv preprint arXiv:1506.00619, 2015.", f"[3] {HEDGING}"]],
    ),
    "schmidhuber": (
        "Gates of memory",
        [["Cells keep what gates let through.", "References",
          "[1] Sepp Hochreiter and Jürgen Schmidhuber. Long short-term memory. Neural Computation,",
          "9(8):1735-1780, 1997. doi: 10.1162/neco.1997.9.8.1735.",
          "[2] B. Merriënboer and K. Cho. On the properties of neural translation. In SSST, 2014.",
          f"[3] {FILLER}"]],
    ),
    "attention": (
        "Attention for hedges",
        [["We attend to every hedge.", "References",
          "[1] Ashish Vaswani and Noam Shazeer. Attention is all you need. arXiv preprint",
          "arXiv:1706.03762, 2017.", f"[2] {FILLER}", f"[3] {OTHER}"]],
    ),
    "hedging": ("Gradient hedging for orchards and gates", [["Orchards are hedged by gradients."]]),
    "norm-american": (
        "Faster training of classifiers",
        [["We apply batch normalization to every layer of a classifier."]],
    ),
    "norm-british": (
        "Colours of statistics",
        [["Here batch normalisation is studied, and colour as well as behaviour of optimisers."]],
    ),
    "norm-more": ("Whitening", [["Our whitening is a batch normalization without scales."]]),
    "norm-question": (
        "Statistics of generators",
        [["We ask whether batch normalization can help the generalization of GANs.",
          "It does help, and generalization of GANs improves with batch normalization."]],
    ),
    "norm-references": (
        "Lists of others",
        [["Nothing of interest is in this text.", "References",
          "[1] A. Writer. Batch norm and what can help training. In Proceedings of Gardens, 2016.",
          "[2] B. Reader. Generalization in GANs and elsewhere. In Proceedings of Gardens, 2017.",
          f"[3] {FILLER}"]],
    ),
    "phrase": (
        "Constraints on critics",
        [["With spectral normalization the critic is smooth."]],
    ),
    "near": ("Scales of critics", [["A normalization by spectral means of critics."]]),
    "apart": (
        "Spectra of graphs",
        [["Spectral graphs, spectral clusters, spectral gaps and spectral norms of all kinds."],
         ["Nothing else is here, but a page of words that keeps the one far from the other."],
         ["Normalization first, normalization last, normalization always."]],
    ),
    "cplusplus": ("A fast program", [["The library is written in C++ for speed."]]),
    "csharp": ("A typed program", [["The library is written in C# for comfort."]]),
    "c": ("A small program", [["The library is written in C, and c is its only language."]]),
    "f-gan": ("Divergences", [["The f-GAN minimises any divergence; others minimise one."]]),
    "gan-f": ("Functions", [["A GAN of a function f is trained."]]),
    "epsilon-word": ("Bandits in words", [["Exploration is epsilon-greedy in our bandits."]]),
    "wikitext-once": (
        "Language from few words",
        [["We like words of every kind.", "We train on WikiText-103 and use dropout with it."]],
    ),
    "wikitext-often": (
        "Language from many words",
        [["Our corpus is large."],
         ["Results on WikiText-103 are good.",
          "We evaluate WikiText-103 again, and WikiText-103 once more.",
          "We use dropout, and more dropout, and dropout for the last layer."]],
    ),
    "accents": ("Kernels of Schölkopf", [["The method of Schölkopf and Jürgen is used."]]),
}  # fmt: skip
"""Papers of the tests of search: title and pages by id."""
SEARCHED_TEXTS = {
    "japanese": ("機械の本", "我々は機械翻訳を研究する。"),
    "japanese-apart": ("翻訳の本", "機械を使い、翻る訳を読む。"),
    "arabic": ("تعلم الآلة", "هذا نص عن تعلّم الآلة والشبكات."),
    "french": ("Jardins", "La méthode d’apprentissage des jardins, autant qu’une autre."),
    "epsilon-letter": ("Bandits in letters", "The policy is ϵ-greedy, with a small ϵ."),
}
"""The same as text files, in scripts that Helvetica lacks."""
SEARCHED_CATALOG = """
title: Searched
sources:
  - {kind: table, file: papers.json, files: texts, \
venue: {venue_id: v2, name: Gardens 2019, year: 2019}}
  - {kind: table, file: older.json, venue: {venue_id: v1, name: Workshops 2018, year: 2018}}
"""

QUOTED_PAGES = {
    "a": [
        ["The efficient classification of flat minima needs",
         "neither noise nor very large batches of data."],
        ["We show that the gradient of a wide network is",
         "orthogonal to all of its earlier directions while"],
        ["the learning rate is kept constant for a long time.",
         "Nothing else is said on this page of the paper."],
    ],
    "b": [["Weather forecasts for the coming week are made by",
           "averaging many simulations of the atmosphere."]],
}  # fmt: skip
QUOTED_CATALOG = """
title: Quoted
sources:
  - {kind: table, file: papers.csv, files: pdfs, language: en, \
venue: {venue_id: v, name: V, year: 2020}}
"""
QUOTED_ABSTRACT = (
    "Unicorns have been observed in gardens of the northern hemisphere since the last winter."
)
