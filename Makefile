# What a person types. `make` alone lists the targets.

# Python 3.11 to 3.13, the newest that runs: a version manager's shim may stand on PATH and still refuse to start.
PYTHON_OK = import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c '$(PYTHON_OK)' >/dev/null 2>&1; then echo $$p; break; fi; done)

VENV := .venv
BIN := $(VENV)/bin
LIBRARIES := $(VENV)/.stamp-libraries
RUNTIME := $(VENV)/.stamp-runtime
DEV := $(VENV)/.stamp-dev
WORKERS ?= 2
DEMO_FLAGS ?=
TEST_FLAGS ?=
BENCH_FLAGS ?=
FAULTS ?= bounded
LOCK_FLAGS ?=

# Without byte code every task of Airflow would compile its imports again.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help install install-dev demo demo-stop test faults scale-out browser lint format bench build lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUNTIME) ## create .venv with what the product needs to run (one to three minutes, once)

install-dev: $(DEV) ## the same, and the tools that tests and checks need

demo: $(RUNTIME) ## run a migration in Airflow on this machine; DEMO_FLAGS=--exit ends it when the run is done
	@$(BIN)/python -m demo.run $(DEMO_FLAGS)

demo-stop: ## stop what `make demo` left running
	@test ! -x $(BIN)/python || $(BIN)/python -m demo.stop

test: $(DEV) ## run the tests; TEST_FLAGS="-k name" picks some, WORKERS=4 takes more cores
	@$(BIN)/python -m pytest -q --no-header -rfE --tb=short -n $(WORKERS) --dist loadgroup $(TEST_FLAGS)

faults: $(DEV) ## disturb runs at every point and print what came of each; FAULTS=full tries all, on every target
	@FAULTS=$(FAULTS) $(BIN)/python -m pytest -q --no-header --tb=line --timeout=900 -n $(WORKERS) --dist loadgroup \
		tests/faults $(TEST_FLAGS)

scale-out: $(DEV) ## run the services of docker-compose.yaml as processes, with two workers and staging on S3 (needs redis-server)
	@CRM_MIGRATION_SCALE_OUT=on $(BIN)/python -m pytest -q --no-header --tb=short --timeout=2400 tests/scale_out $(TEST_FLAGS)

browser: $(DEV) ## live a whole migration in Airflow's UI with a headless Chromium (needs chromium)
	@CRM_MIGRATION_BROWSER=on $(BIN)/python -m pytest -q --no-header --tb=short --timeout=2400 tests/browser $(TEST_FLAGS)

lint: $(DEV) ## check style, types, the rooms' order, dependencies and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(wildcard plugins/crm_migration demo benchmarks)
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry $(wildcard plugins demo dags)
	$(BIN)/codespell

format: $(DEV) ## let ruff format the code and mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## measure the line against its peers
	@$(BIN)/python -m benchmarks $(BENCH_FLAGS)

build: $(DEV) ## build the wheel into dist/
	$(BIN)/python -m build --wheel

lock: ## turn *.in into *.txt again (needs uv); LOCK_FLAGS=--upgrade takes newer versions
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
		--fork-strategy fewest $(LOCK_FLAGS) requirements.in -o requirements.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 \
		--fork-strategy fewest $(LOCK_FLAGS) requirements-dev.in -o requirements-dev.txt

clean: ## remove caches and build output; .venv stays
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# A stamp stands for a finished install: it is written last, and is older than the lock as soon as the lock changes.
$(BIN)/python:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(PYTHON_OK)' || { \
		echo "crm-migration needs Python 3.11, 3.12 or 3.13 with its venv module (Debian, Ubuntu: python3-venv)." >&2; \
		echo "Found: $$(python3 --version 2>/dev/null || echo none). Name another with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; \
		exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version)"
	@"$(PYTHON)" -m venv $(VENV)

$(LIBRARIES): requirements.txt | $(BIN)/python
	@echo "Installing what crm-migration needs to run into $(VENV): one to three minutes, about 1.5 GB on disk, once"
	@$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(RUNTIME): pyproject.toml $(LIBRARIES)
	@$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(DEV): requirements-dev.txt $(LIBRARIES) | $(RUNTIME)
	@echo "Installing the tools for tests and checks: about half a minute"
	@$(BIN)/python -m pip install --quiet -r requirements.txt -r requirements-dev.txt
	@touch $@
