"""Reference lists of real papers of many typesetters, compared with lists segmented by hand."""

import pytest
from conftest import ROOT, foreign

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured():
    folder = foreign("excite-dev")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        import references

        yield references, references.measure_excite(folder)


def test_nine_in_ten_references_of_social_science_papers_are_found(measured):
    references, own = measured
    assert references.to_f1(own) >= 0.9
    assert own.share("recalled", "to recall") >= 0.9
    assert own.share("right", "judged") >= 0.9


def test_years_first_authors_and_titles_of_those_found_are_right(measured):
    _, own = measured
    assert own.share("year", "years") >= 0.97
    assert own.share("first author", "authors") >= 0.95
    assert own.share("exact title", "titles") >= 0.88


def test_the_lists_of_alt_2019_stay_nearly_complete(measured):
    references, _ = measured
    own = references.measure_texts(sorted(foreign("alt2019").glob("*.pdf")))
    assert own.share("recalled", "to recall") >= 0.99
    assert own.share("exact title", "titles") >= 0.97
    assert references.to_f1(own) >= 0.99
