"""Six short papers as text files, with words, names, links and references in common."""

CATALOG = """
title: Test
sources:
  - {kind: table, file: papers.csv, files: texts, venue: {venue_id: v, name: V}}
"""
REFERENCES = """References
[1] D. Kingma and J. Ba. Adam: A method for stochastic optimization. In ICLR, 2015.
[2] K. He, X. Zhang, S. Ren, and J. Sun. Deep residual learning. In CVPR, 2016.
[3] S. Ioffe and C. Szegedy. Batch normalization. In ICML, 2015.
"""
WORDS = ("noise", "bandit", "kernel", "image", "speech", "graph")


def write_six_papers(folder):
    """Write the papers and their table into a folder, for `CATALOG`."""
    (folder / "texts").mkdir()
    lines = ["paper_id,title,abstract,tags"]
    for number, word in enumerate(WORDS):
        lines.append(f"p{number},On the {word},We study the {word} of {word}s.,{word}")
        text = (
            f"On the {word}\nWe study it on MNIST and CIFAR-10, with {WORDS[number - 1]}. "
            f"See https://github.com/a/{word}"
        )
        (folder / "texts" / f"p{number}.txt").write_text(f"{text}\n\f{REFERENCES}")
    (folder / "papers.csv").write_text("\n".join(lines) + "\n")
