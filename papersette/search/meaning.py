"""Search by meaning: the vectors of the papers of one build, and the model that reads questions.

Both are in the folder `meaning` of the search index, so that they are published with it. An index
without that folder is searched by words alone.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from papersette.errors import UserError
from papersette.meaning.cache import VectorCache
from papersette.meaning.encoder import Encoder, OnnxEncoder, Vector
from papersette.meaning.models import Model, read_description, save_model
from papersette.meaning.sentences import split_sentences
from papersette.meaning.vectors import (
    Vectors,
    open_vectors,
    read_texts,
    save_vectors,
    to_vectors,
)

FOLDER = "meaning"
"""Name of the folder with the model and the vectors, in the folder of an index."""
BEGINNING = 1500
"""Characters of the first page that stand for a missing abstract."""


@dataclass(frozen=True)
class PaperText:
    """What a paper is compared by."""

    number: int
    title: str
    abstract: str
    """Or the beginning of its text."""

    @property
    def whole(self) -> str:
        """Title and abstract."""
        return "\n".join(filter(None, (self.title, self.abstract)))

    @property
    def sentences(self) -> list[str]:
        """The sentences of the abstract."""
        return [self.abstract[start:end] for start, end in split_sentences(self.abstract)]


class Meaning:
    """Compares questions with the papers of one build.

    Args:
        encoder: The model.
        vectors: That the same model made of the papers.
    """

    def __init__(self, encoder: Encoder, vectors: Vectors) -> None:
        self.encoder = encoder
        self.vectors = vectors

    @property
    def model(self) -> Model:
        """The model of the vectors."""
        return self.encoder.model

    def read(self, text: str) -> Vector:
        """Return the vector of a question or of a sentence to which others are to be similar."""
        return self.encoder.encode_query(" ".join(text.split()))

    def score_papers(self, query: Vector) -> NDArray[np.float64]:
        """Return the cosine of each paper with a question, by number."""
        return self.vectors.score_papers(query).astype(np.float64)

    def score_texts(self, query: Vector, texts: list[str]) -> NDArray[np.float64]:
        """Return the cosine of each text with a question; texts are encoded on demand.

        A sentence takes some 5 ms; the last few hundred are remembered.
        """
        return (self.encoder.encode(texts) @ query).astype(np.float64)


def open_meaning(folder: Path) -> Meaning | None:
    """Return the meaning of an index, or None where it has none.

    Args:
        folder: Of the index.

    Raises:
        UserError: It has one that cannot be used: packages are missing, or files are damaged.
    """
    own = folder / FOLDER
    model = read_description(own)
    if model is None:
        return None
    encoder = OnnxEncoder(model)
    try:
        vectors = open_vectors(own)
    except (OSError, ValueError) as error:
        raise UserError(f"{own}: the vectors cannot be read: {error}") from None
    if vectors.dimensions != encoder.dimensions:
        raise UserError(f"{own}: the vectors are of another model than {model.name}")
    return Meaning(encoder, vectors)


def write_meaning(
    database: Path, folder: Path, encoder: Encoder, cache: Path
) -> Iterator[tuple[int, int]]:
    """Write model and vectors into the folder of an index; yield (done, all) for each text.

    Args:
        database: papers.db.
        folder: Of its index.
        encoder: The model.
        cache: Keeps vectors for later builds.
    """
    with closing(_connect(database)) as conn:
        papers = list(read_papers(conn))
        size = conn.execute("select coalesce(max(number), 0) + 1 from papers").fetchone()[0]
    texts = [text for paper in papers for text in (paper.whole, *paper.sentences) if text]
    distinct = dict.fromkeys(texts)
    made: dict[str, Vector] = {}
    for text, vector in VectorCache(cache, encoder).encode(list(distinct)):
        made[text] = vector
        yield len(made), len(distinct)
    whole = np.zeros((size, encoder.dimensions), np.float32)
    sentences: list[list[Vector]] = [[] for _ in range(size)]
    for paper in papers:
        if paper.whole:
            whole[paper.number] = made[paper.whole]
        sentences[paper.number] = [made[text] for text in paper.sentences]
    own = folder / FOLDER
    save_vectors(to_vectors(whole, sentences), to_texts_key(papers), own)
    if encoder.model.folder:
        save_model(encoder.model, own)


def keep_meaning(database: Path, old: Path, new: Path) -> None:
    """Copy the meaning of an old index into one that was made anew of the same papers.

    A server that makes an index has no model of its own.
    """
    texts = read_texts(old / FOLDER)
    if texts is None:
        return
    with closing(_connect(database)) as conn:
        if texts == to_texts_key(list(read_papers(conn))):
            shutil.copytree(old / FOLDER, new / FOLDER, dirs_exist_ok=True)


def read_papers(conn: sqlite3.Connection) -> Iterator[PaperText]:
    """Yield what each paper is compared by, by number."""
    for number, title, abstract, body in conn.execute(PAPERS, (BEGINNING,)):
        yield PaperText(number, " ".join((title or "").split()), abstract or body or "")


def read_paper(conn: sqlite3.Connection, number: int) -> PaperText:
    """Return what one paper is compared by."""
    _, title, abstract, body = conn.execute(PAPER, (BEGINNING, number)).fetchone()
    return PaperText(number, title or "", abstract or body or "")


def to_texts_key(papers: list[PaperText]) -> str:
    """Return what tells the texts of one build from those of another."""
    digest = hashlib.sha256()
    for paper in papers:
        digest.update(f"{paper.number}\0{paper.title}\0{paper.abstract}\0".encode(errors="replace"))
    return digest.hexdigest()


def _connect(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)


PAPERS = """
select number, title, abstract, iif(abstract is null, (
    select substr(body, 1, ?) from pages where pages.paper_id = papers.paper_id
    order by page limit 1), null)
from papers order by number
"""
PAPER = PAPERS.replace("order by number", "where number = ?")
