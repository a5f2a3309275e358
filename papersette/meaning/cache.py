"""Keeps the vectors of texts by model and text, so that a build computes only new ones."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from papersette.meaning.encoder import Encoder, OnnxEncoder

SAVED_AT_ONCE = 256
"""Vectors written in one transaction; a build that is killed loses no more than these."""
SCHEMA = """
create table if not exists vectors (text_sha256 blob primary key, vector blob) without rowid
"""


class VectorCache:
    """A file with the vectors that one model has computed.

    Args:
        folder: Folder with a file for each model; created if missing.
        encoder: Computes the vectors that are missing.

    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"vectors-{encoder.model.key}.db"
        self.encoder = encoder

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield (text, vector) of each distinct text; those already in the cache come first."""
        with closing(sqlite3.connect(self.path, timeout=60)) as conn:
            conn.execute(SCHEMA)
            missing = []
            for text in dict.fromkeys(texts):
                key = _to_key(text)
                row = conn.execute(FIND, (key,)).fetchone()
                if row and len(row[0]) == 4 * self.encoder.dimensions:
                    yield text, np.frombuffer(row[0], np.float32)
                else:
                    missing.append(text)
            yield from self._make(conn, missing)

    def _make(
        self, conn: sqlite3.Connection, texts: Sequence[str]
    ) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Compute, save and yield (text, vector) of texts that are not in the cache."""
        for start in range(0, len(texts), SAVED_AT_ONCE):
            part = texts[start : start + SAVED_AT_ONCE]
            made = []
            for text, vector in zip(part, _encode(self.encoder, part), strict=True):
                made.append((_to_key(text), vector.astype(np.float32).tobytes()))
                yield text, vector
            with conn:
                conn.executemany(SAVE, made)


def _encode(encoder: Encoder, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
    if isinstance(encoder, OnnxEncoder):
        yield from encoder.encode_all(texts)
    else:
        yield from encoder.encode(texts)


def _to_key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


FIND = "select vector from vectors where text_sha256 = ?"
SAVE = "insert or replace into vectors (text_sha256, vector) values (?, ?)"
