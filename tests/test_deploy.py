"""What deploys a publication: the image's steps, the service, the workflow, pinned dependencies."""

import fnmatch
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
WORKFLOW = (ROOT / ".github/workflows/rebuild.yml").read_text()
MADE = {"papers.db", "papers.index", "inspect-data.json"}
"""What a build writes."""


def sources():
    """Return the files and folders that the Containerfile copies from the folder of the project."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, flags=re.MULTILINE)
    return {name for line in lines for name in line.split()}


def deployed():
    """Return the dependencies of a deployed site: also those of readers with accounts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["readers"]]


def allowed():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def test_the_image_gets_what_it_copies_and_nothing_is_sent_but_that():
    assert sources() - MADE <= {path.name for path in ROOT.iterdir()}
    assert sources() <= set(allowed())
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    for private in (".git", ".venv", "data", "tests", ".cache", "notebooks"):
        assert not any(fnmatch.fnmatch(private, pattern) for pattern in allowed()), private


def test_the_image_has_every_file_that_a_server_reads():
    read = set(re.findall(r'parent\.parent / "(\w[\w.]*)"', "".join(
        path.read_text() for path in (ROOT / "plugins").glob("*.py"))))  # fmt: skip
    assert {"static", "locales"} <= read
    assert read | {"metadata.yml", "settings.json", "templates"} <= sources()


def test_the_image_runs_without_rights_and_says_whether_it_is_well():
    last = CONTAINERFILE.split("FROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, flags=re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "/-/health" in last
    assert "pip install" not in last
    assert "--require-hashes" in CONTAINERFILE


def test_the_image_has_a_folder_for_what_readers_write_that_only_its_user_can_open():
    assert "install -d -m 700 -o 10001 -g 10001 /srv/papersette/readers" in CONTAINERFILE
    guide = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    assert guide.count("-v papersette-readers:/srv/papersette/readers") == 2


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_host():
    assert "://" not in LOCK
    assert "index" not in LOCK
    entries = re.split(r"\n(?=[a-z])", LOCK.partition("\n    make lock\n")[2] or LOCK)
    pinned = {}
    for entry in entries:
        if match := re.match(r"([\w.-]+)==([\w.]+)", entry):
            assert "--hash=sha256:" in entry, match[0]
            pinned[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in deployed()}
    assert {re.sub(r"[-_.]+", "-", name) for name in names} <= pinned.keys()


def test_the_lock_holds_what_the_project_asks_for():
    from packaging.requirements import Requirement

    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", LOCK, flags=re.MULTILINE))
    pinned = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pinned.items()}
    for line in deployed():
        wanted = Requirement(line)
        version = pinned[re.sub(r"[-_.]+", "-", wanted.name).lower()]
        assert wanted.specifier.contains(version, prereleases=True), f"{line}: run make lock"


def test_the_service_is_valid_and_well_confined(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze: apt-get install systemd")
    unit = (ROOT / "deploy/papersette@.service").read_text()
    path = tmp_path / "papersette@8001.service"
    path.write_text(unit.replace("/opt/papersette/bin/datasette", sys.executable))
    verified = subprocess.run(
        [analyze, "verify", path], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    command = [analyze, "security", "--offline=true", "--threshold=20", path]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-500:]


def test_the_workflow_compares_before_it_deploys():
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    names = [step.get("name", "") for step in job["steps"]]
    order = [
        "Refuse known",
        "Fetch and build",
        "Compare with yesterday",
        "Build the image",
        "Deploy",
    ]
    places = [next(i for i, name in enumerate(names) if name.startswith(n)) for n in order]
    assert places == sorted(places)
    assert all("continue-on-error" not in step for step in job["steps"])


def test_the_workflow_installs_nothing_that_is_not_pinned():
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    (install,) = [step["run"] for step in job["steps"] if "pip install" in step.get("run", "")]
    assert "--require-hashes" in install
    assert "touch .venv/installed" in install, "make would install requirements.txt"


def test_every_target_of_make_that_the_workflow_uses_exists():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"make ([\w-]+)", WORKFLOW)) <= targets
    assert {"image", "image-check", "lock", "sbom", "audit"} <= targets


def test_a_served_site_passes_the_check_of_a_deployment(sample_site):
    command = [sys.executable, ROOT / "deploy/check_site.py", str(sample_site.base_url)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok  ") == 8


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxies_pass_on_to_the_ports_of_the_service(name):
    text = (ROOT / "deploy" / name).read_text()
    assert "127.0.0.1:8001" in text


def test_nginx_forwards_the_largest_upload_and_its_client():
    from papersette.site.readers_forms import LARGEST_UPLOAD

    text = (ROOT / "deploy/nginx.conf").read_text()
    largest = re.search(r"client_max_body_size (\d+)m;", text)
    assert int(largest[1]) * 2**20 > LARGEST_UPLOAD
    assert "X-Forwarded-For" in text
    assert "papersette-limits: {proxies: 1}" in text


def test_nginx_takes_its_configuration(tmp_path):
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        pytest.skip("needs nginx: apt-get install nginx-light")
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} "
        f"http {{ include {ROOT}/deploy/nginx.conf; }}"
    )
    done = subprocess.run(
        [nginx, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def rebuild(folder, *options):
    """Run deploy/rebuild.sh in a folder with a catalog; return its status and output."""
    command = [ROOT / "deploy/rebuild.sh", "catalog.yml", *options]
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_a_nightly_rebuild_replaces_the_database_only_if_the_comparison_allows_it(tmp_path):
    source = {"kind": "table", "file": "papers.csv"}
    source["venue"] = {"venue_id": "v", "name": "V", "year": 2019, "kind": "list"}
    catalog = {"title": "T", "data": ".", "sources": [source]}
    (tmp_path / "catalog.yml").write_text(yaml.safe_dump(catalog))
    rows = [f"p{number},Noise of gradient {number}" for number in range(9)]
    table = tmp_path / "papers.csv"
    table.write_text("\n".join(["paper_id,title", *rows]) + "\n")
    status, said = rebuild(tmp_path, "--min-papers", "9")
    assert status == 0, said
    before = (tmp_path / "papers.db").read_bytes()
    table.write_text("\n".join(["paper_id,title", *rows[:5]]) + "\n")
    status, said = rebuild(tmp_path)
    assert status == 1
    assert "do not deploy" in said
    assert (tmp_path / "papers.db").read_bytes() == before
    assert not (tmp_path / ".cache/next").exists()
