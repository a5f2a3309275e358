"""What commands read of metadata.yml: a mistake in it is reported, and nothing else fails."""

import pytest

from papersette.build import read_charts
from papersette.errors import BadFile
from papersette.site_metadata import read_plugin

CHARTS = "plugins: {datasette-dashboards: {pictures: {charts: {map: {}, years: {}}}}}"


@pytest.mark.parametrize(
    "metadata",
    ["", "title: T", "plugins:", "plugins: {datasette-dashboards: }",
     "plugins: {datasette-dashboards: {pictures: {charts: }}}"],
)  # fmt: skip
def test_empty_keys_of_metadata_are_no_charts(metadata, tmp_path):
    (tmp_path / "metadata.yml").write_text(metadata)
    assert read_charts(tmp_path) == set()


def test_charts_are_those_of_all_dashboards(tmp_path):
    (tmp_path / "metadata.yml").write_text(CHARTS)
    assert read_charts(tmp_path) == {"map", "years"}


@pytest.mark.parametrize(
    ("metadata", "key"),
    [
        ("- plugins", "the file"),
        ("plugins: [a]", "plugins"),
        ("plugins: {datasette-dashboards: yes}", "plugins: datasette-dashboards"),
        (
            "plugins: {datasette-dashboards: {pictures: {charts: [map]}}}",
            "plugins: datasette-dashboards: pictures: charts",
        ),
    ],
)
def test_what_is_no_mapping_is_reported_with_its_key(metadata, key, tmp_path):
    (tmp_path / "metadata.yml").write_text(metadata)
    with pytest.raises(BadFile, match=f"metadata.yml: {key} must be a mapping"):
        read_charts(tmp_path)


def test_a_missing_file_has_no_settings(tmp_path):
    assert read_plugin(tmp_path / "metadata.yml", "papersette-readers") == {}
