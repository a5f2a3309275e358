"""The wheel is complete: it declares what it imports, has its data files, and builds the sample."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import ROOT, query

pytestmark = pytest.mark.slow

SITE = ("build_db.py", "metadata.yml", "settings.json", "catalogs", "data/sample",
        "locales", "plugins", "templates")  # fmt: skip
"""What a publication's folder has beside the package, as far as a build needs it."""


def run(*command, cwd=None):
    """Run a command without this checkout on the path, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copy_to(folder, *names):
    """Copy files and folders of the repository, so that nothing is written into it."""
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without network."""
    pytest.importorskip("setuptools", "77", reason="pip install -r requirements-dev.txt")
    folder = tmp_path_factory.mktemp("wheel")
    source = copy_to(folder / "source", "pyproject.toml", "LICENSE", "papersette")
    run(*PIP, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(wheel, extras=False):
    """The names of the distributions that the wheel requires, with or without those of extras."""
    with zipfile.ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        required = Parser().parsestr(files.read(name).decode()).get_all("Requires-Dist") or []
    plain = (line for line in required if extras or "extra ==" not in line)
    return {normalised(re.match(r"[\w.-]+", line)[0]) for line in plain}


def imported(everywhere):
    """The top-level names that modules of papersette import, without the standard library.

    Only what is imported with the module, or also what a function imports when it is called.
    """
    names = set()
    for path in (ROOT / "papersette").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree) if everywhere else tree.body:
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"papersette"}


@pytest.mark.parametrize("extras", [False, True])
def test_every_import_of_a_third_party_is_declared(wheel, extras):
    """Functions may import what an extra installs; modules may not."""
    required, distributions = declared(wheel, extras), packages_distributions()
    assert {"datasette", "pyyaml"} <= required
    undeclared = {
        name
        for name in imported(everywhere=extras)
        if not required & {normalised(given) for given in distributions.get(name, [])}
    }
    assert undeclared == set()


def test_requirements_name_the_packages_that_papersette_is_built_on(wheel):
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = {line for line in lines if line and not line.startswith(("#", "-"))}
    assert named == {"datasette", "datasette-search-all", "sqlite-utils", "pdfminer.six", "pandas"}
    assert {normalised(name) for name in named} <= declared(wheel)
    assert "-e ." in lines


def test_the_wheel_has_every_file_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as files:
        packed = {name for name in files.namelist() if name.startswith("papersette/")}
    assert packed == {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "papersette").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_wheel_in_an_empty_environment_builds_the_sample(wheel, sample_db, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(*PIP, "--python", python, "install", "-q", "--no-deps", "--no-index", wheel)
    library = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # The dependencies are those of this environment. Its own .pth files, which would make the
    # checkout importable, are not read from there.
    paths = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (Path(library) / "dependencies.pth").write_text("\n".join(paths), encoding="utf-8")
    site = copy_to(tmp_path / "site", *SITE)
    imported_from = run(python, "-c", "import papersette; print(papersette.__file__)", cwd=site)
    assert imported_from.startswith(library)
    cache = sample_db.with_name("cache")
    run(python, "-W", "error", "build_db.py", "--cache", cache, cwd=site)
    for table in ("papers", "pages", "mentions", "evaluation"):
        count = f"select count(*) from {table}"
        assert query(site / "papers.db", count) == query(sample_db, count) != [(0,)]
