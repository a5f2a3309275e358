"""Papers are compared in another process: it finds what this one would find."""

import pickle
import resource

import numpy as np

from papersette import system
from papersette.knowledge.comparison import ComparisonJob, compare
from papersette.knowledge.paper_map import to_vectors
from papersette.knowledge.related import Collection, Document, WordCounts
from papersette.knowledge.words import count_words

TEXTS = [
    f"pruning {plant} hedges with {tool} shears"
    for plant in ("garden", "box", "yew")
    for tool in ("electric", "hand")
]


def to_words():
    words = WordCounts()
    for text in TEXTS:
        words.add(count_words(text))
    return words


def test_a_comparison_after_a_journey_to_a_worker_equals_one_here():
    documents = [Document(f"p{n}", f"p{n}", text) for n, text in enumerate(TEXTS)]
    mapped = {f"p{n}" for n in range(5)}
    job = ComparisonJob(documents, to_words(), mapped)
    found = compare(pickle.loads(pickle.dumps(job)))
    here = Collection(documents, to_words())
    assert found.neighbours == list(here.find_neighbours())
    assert found.neighbours
    assert found.mapped == sorted(mapped)
    np.testing.assert_array_equal(found.vectors, to_vectors(here, range(5)))


def test_the_memory_limit_of_a_worker_is_lifted_for_a_block_only():
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 42, before[1]))
    try:
        with system.unlimited_memory():
            assert resource.getrlimit(resource.RLIMIT_AS)[0] == before[1]
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == 1 << 42
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
