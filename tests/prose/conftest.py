"""The fake models as a plugin of llm in this process."""

import pytest

pytest.importorskip("llm", reason="needs llm: pip install -r requirements-dev.txt")
