"""Readers are off by default, and wrong settings end the start."""

import pytest
import yaml
from conftest import ROOT
from datasette.app import Datasette
from visitors import to_metadata

from papersette.errors import UserError
from papersette.site.readers_service import Settings, check_private, readers_of

PATHS = ["/-/login", "/-/account", "/-/library", "/-/moderation", "/papers/papers/swalp/comments"]


def test_without_the_setting_there_is_no_page_link_or_file_of_readers(ask, sample_db, monkeypatch):
    monkeypatch.delenv("PAPERSETTE_READERS", raising=False)
    home, paper, *others = ask("/", "/papers/papers/swalp", *PATHS, "/-/password-tool")
    assert [answer.status_code for answer in others] == [404] * len(others)
    for page in (home, paper):
        assert page.status_code == 200
        assert "login" not in page.text
        assert "readers.css" not in page.text
        assert "comment" not in page.text
    assert not (sample_db.parent / "readers").exists()


def test_the_password_page_of_a_site_that_is_protected_without_readers_still_works(ask):
    metadata = to_metadata(enabled=False)
    home, login = ask("/", "/-/login", metadata=metadata)
    assert "/-/login" in home.text
    assert 'name="password"' in login.text


@pytest.mark.parametrize("value", ["1", "true", "on"])
def test_the_variable_of_the_environment_turns_readers_on(value):
    assert Settings.from_settings({}, value).enabled
    assert not Settings.from_settings({"enabled": True}, "0").enabled


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"moderator": ["mona"]}, "moderator is unknown"),
        ({"enabled": "yes"}, "enabled must be true or false, not 'yes'"),
        ({"moderators": "mona"}, "moderators must be a list, not 'mona'"),
        ({"writes_per_minute": 0}, "writes_per_minute must be a positive whole number, not 0"),
        (
            {"writes_per_minute": True},
            "writes_per_minute must be a positive whole number, not True",
        ),
        ({"sign_in": "https://evil.example"}, "sign_in must be a path of this site"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_it(given, message):
    with pytest.raises(ValueError, match=message):
        Settings.from_settings(given)


def test_a_database_that_the_server_would_publish_ends_the_start(tmp_path, sample_db):
    site = Datasette([], immutables=[sample_db], static_mounts=[("files", str(tmp_path))])
    with pytest.raises(UserError, match="is served as a database"):
        check_private(site, sample_db.resolve())
    with pytest.raises(UserError, match="in a folder of --static"):
        check_private(site, (tmp_path / "x" / "readers.db").resolve())
    check_private(site, sample_db.parent / "readers" / "readers.db")


def test_a_folder_with_readers_db_beside_papers_db_serves_it_not(tmp_path, sample_db):
    """Datasette serves every *.db of a folder: the default is a folder below."""
    (tmp_path / "readers.db").touch()
    metadata = {
        "plugins": {"papersette-readers": {"enabled": True, "db": str(tmp_path / "readers.db")}}
    }
    site = Datasette([str(tmp_path / "readers.db")], immutables=[sample_db], metadata=metadata)
    with pytest.raises(UserError, match="is served as a database"):
        readers_of(site)


def test_the_example_of_the_documentation_turns_readers_on():
    text = (ROOT / "docs/readers.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    settings = yaml.safe_load(example)["plugins"]["papersette-readers"]
    assert Settings.from_settings(settings).enabled
    listed = {name for name in Settings.__dataclass_fields__ if f"| {name} |" in text}
    assert listed == set(Settings.__dataclass_fields__)
