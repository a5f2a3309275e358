"""Turns texts into vectors with a model run by onnxruntime: no network, no PyTorch.

A vector is the mean of the last layer over the tokens of a text, scaled to length one
(sentence-transformers' mean pooling), so that the dot product of two vectors is their cosine. Texts
are run one by one: in a batch, padding and the scale of 8-bit numbers would make the vector of a
text depend on the other texts.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from papersette.errors import UserError
from papersette.meaning.models import Model

Vector = NDArray[np.float32]
"""A vector of length one, or of zeros for a text without tokens."""

REMEMBERED = 512
"""Number of texts whose vectors an encoder keeps: questions, and passages compared with them."""
PACKAGES = ("onnxruntime", "tokenizers")
"""Packages of the extra “meaning”."""
MISSING = (
    "the packages onnxruntime and tokenizers are not installed; install them with "
    "“pip install -r requirements-meaning.txt”"
)


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def model(self) -> Model:
        """The model that computes the vectors."""

    @property
    def dimensions(self) -> int:
        """Number of dimensions of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, one row each."""

    def encode_query(self, text: str) -> Vector:
        """Return the vector of a reader's question."""


class OnnxEncoder:
    """A model loaded from a folder. Several threads may use it.

    Args:
        model: A model whose folder has the files.
        threads: How many texts are run at once.

    Raises:
        UserError: The packages that run it are missing, or its files cannot be read.
    """

    def __init__(self, model: Model, threads: int = 1) -> None:
        assert model.folder is not None
        self.model = model
        self.threads = threads
        self._tokenizer, self._session = _open(model, model.folder)
        self._inputs = [given.name for given in self._session.get_inputs()]
        self._output = self._session.get_outputs()[0].name
        self._known: OrderedDict[tuple[str, str], Vector] = OrderedDict()
        self._lock = threading.Lock()
        self.dimensions = len(self._run("a"))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, one row each."""
        return np.array(
            [self._remember(self.model.text_prefix, text) for text in texts], np.float32
        ).reshape(len(texts), self.dimensions)

    def encode_query(self, text: str) -> Vector:
        """Return the vector of a reader's question."""
        return self._remember(self.model.query_prefix, text)

    def encode_all(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Yield the vector of each of many texts, running several at once."""
        if self.threads == 1:
            yield from (self._run(self.model.text_prefix + text) for text in texts)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(self._run, (self.model.text_prefix + text for text in texts))

    def _remember(self, prefix: str, text: str) -> Vector:
        key = (prefix, text)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        vector = self._run(prefix + text)
        with self._lock:
            self._known[key] = vector
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return vector

    def _run(self, text: str) -> Vector:
        readable = text.encode("utf-8", "replace").decode()  # replaces lone surrogates
        encoding = self._tokenizer.encode(readable)
        given = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([given[name]], np.int64) for name in self._inputs}
        layer: NDArray[np.float32] = self._session.run([self._output], feed)[0][0]
        vector = layer.mean(axis=0, dtype=np.float32)
        length = np.linalg.norm(vector)
        unit: Vector = (vector / length if length else vector).astype(np.float32)
        return unit


def _open(model: Model, folder: Path) -> tuple[Any, Any]:
    """Return the tokenizer and the inference session of a model."""
    try:
        onnxruntime, tokenizers = map(import_module, PACKAGES)
    except ImportError:
        raise UserError(f"the model {model.name} cannot be run: {MISSING}") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # each text uses one thread; several texts run in parallel
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # noqa: BLE001 - tokenizers raises nothing more specific
        raise UserError(f"{folder}: the model cannot be opened: {str(error)[:300]}") from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=model.tokens)
    return tokenizer, session


def is_installed() -> bool:
    """Return whether the packages that run a model are installed."""
    try:
        for name in PACKAGES:
            import_module(name)
    except ImportError:
        return False
    return True
