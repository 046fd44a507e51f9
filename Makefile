# Everything a person needs to run, test or change Madang. `make help` lists the targets.
#
# The environment is .venv, filled from the lock files. Stamp files inside it make a second run quick.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SETUP := $(VENV)/.stamp-setup
DEVELOP := $(VENV)/.stamp-develop
# More arguments for pytest, as in: make test PYTEST="-n 0 tests/data"
PYTEST ?=

.PHONY: help setup develop components demo cluster screenshots test check format bench bench-full soak lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

# The first Python on the path that is new enough; the message says what to do when there is none.
$(BIN)/python:
	@for name in $${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do \
	    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$name"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	    echo 'Madang needs Python 3.11 or newer, and none was found.' >&2; \
	    echo 'Install it (Debian, Ubuntu: apt-get install python3 python3-venv) or name one: make setup PYTHON=/path/to/python3' >&2; \
	    exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV) || { \
	    echo 'The environment could not be made. On Debian and Ubuntu: apt-get install python3-venv' >&2; \
	    rm -rf $(VENV); exit 1; }

$(SETUP): requirements.lock pyproject.toml frontend/package-lock.json tools/frontend.py | $(BIN)/python
	@echo 'Installing what Madang needs (requirements.lock)'
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m tools.components node
	@$(BIN)/python -m tools.frontend
	@touch $@

$(DEVELOP): requirements-dev.lock $(SETUP)
	@echo 'Installing what its tests and checks need (requirements-dev.lock)'
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(SETUP) ## Make .venv and install Madang with its locked dependencies

develop: $(DEVELOP) ## The same, with the tools for tests and checks

components: $(DEVELOP) ## Find or install PostgreSQL, Node, Go and CometBFT, Chromium, judges, vectors, which some tests need
	@$(BIN)/python -m tools.components

demo: $(SETUP) ## Show the platform at work
	@$(BIN)/madang demo

cluster: components ## Four validators on this machine, one killed and one hanging while payments go on
	@$(BIN)/madang cluster

screenshots: components ## A picture of every page, on phone and desk, in Korean and English: var/screenshots
	@$(BIN)/python -m tools.screenshots --to var/screenshots
	@MADANG_PICTURES=var/screenshots/journeys $(BIN)/python -m pytest -q tests/browser

# Files are shared out among the cores; what a file's tests have in common is made once.
test: components ## Run every test; ends with NOT RUN lines if a component is missing
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(PYTEST)

check: $(DEVELOP) ## Format, lint, types, layers, house rules, documents fresh
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q -m fresh

format: $(DEVELOP) ## Format the code and mend what the linter can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(DEVELOP) ## Benchmarks that take a minute or two
	@$(BIN)/python -m bench

bench-full: $(DEVELOP) ## Benchmarks at full size
	@$(BIN)/python -m bench --full

soak: components ## Tests that run for minutes or hours
	@$(BIN)/python -m pytest -m soak --timeout 0 $(PYTEST)

lock: $(SETUP) ## Choose versions anew and write the lock files
	@$(PIP) install 'uv>=0.5'
	@lock='$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra cometbft --extra records --extra identity --extra site'; \
	$$lock --upgrade --extra build -o requirements.lock pyproject.toml; \
	$$lock --upgrade --extra build --extra prover --extra zk --extra test --extra check -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
