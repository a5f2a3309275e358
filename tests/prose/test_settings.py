"""Settings of metadata.yml."""

import pytest

from papersette.prose.settings import Settings


def test_without_settings_there_is_no_model():
    assert Settings.from_metadata(None).model == ""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"model": "m", "per_hour": 3}, "per_hour is unknown; known: answer_characters"),
        ({"model": "m", "per_day": 0}, "per_day must be a positive whole number, not 0"),
        ({"model": "m", "per_day": 2.5}, "per_day must be a positive whole number, not 2.5"),
        ({"model": "m", "seconds": True}, "seconds must be a positive number, not True"),
        ({"model": 3}, "model must be a text, not 3"),
        ({"model": "m", "options": 3}, "options must be a mapping, not 3"),
        ({"per_day": 3}, "model is missing"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_expected(given, says):
    with pytest.raises(ValueError, match=says):
        Settings.from_metadata(given)
