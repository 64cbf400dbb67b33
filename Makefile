# `make run` serves the application, `make test` runs the tests; both set up .venv/ when needed.

HOST ?= 127.0.0.1
PORT ?= 8000

# The first interpreter that is new enough; `make PYTHON=/path/to/python …` chooses another one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; \
	done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMP := $(VENV)/.installed
BROWSER := $(VENV)/.browser
AUDIT := $(VENV)/.audit

# The tests start Python many times over: what it compiles is kept, even where that is switched off.
check test hunt: export PYTHONDONTWRITEBYTECODE =

# What `make check` need not even collect; the plugin is for the second of them.
QUICK := -m "not slow" --ignore tests/browser \
	--ignore tests/app/api/test_any_request.py -p no:schemathesis

# Arguments for pytest, for instance `make test ARGS="-k layout"`.
ARGS ?=
# One test process per core, four at most: each of them loads torch. Each begins with a part of the
# folders, so that what the tests of a folder share is made by one of them.
WORKERS ?= -n auto --maxprocesses 4 --dist worksteal

# `make hunt` begins no new round after so many seconds. Each round has a seed of its own, counted
# up from SEED, or from a random number.
HUNT_SECONDS ?= 600
SEED ?=
# Requests that one round tries, made from the description and of legal knobs, as many of each. Without
# it there are fewer, so that a round is over in minutes.
CASES ?=
# Which versions of torch `make torches` tries: the ends of the range, if none is said.
VERSIONS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run setup check test hunt audit torches lint bench index contact docs site screenshots clean distclean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| awk -F'|' '{ printf "%-20s%s\n", $$1, $$2 }'

run: $(STAMP) ## Serve on http://127.0.0.1:8000 (override with HOST=… PORT=…)
	$(BIN)/resnet-diagram serve --host $(HOST) --port $(PORT)

setup: $(STAMP) ## Create .venv/ and install the pinned dependencies

check: $(STAMP) ## Run the quick tests, within a minute: no browser, nothing slow
	$(BIN)/python -m pytest $(WORKERS) $(QUICK) $(ARGS)

test: $(STAMP) $(BROWSER) ## Run all tests (pytest arguments: ARGS=…)
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

hunt: $(STAMP) ## Search at random for what breaks a property (HUNT_SECONDS=600, SEED=…, CASES=…), then audit
	@seed=$(SEED); seed=$${seed:-$$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}; \
	end=$$(( $$(date +%s) + $(HUNT_SECONDS) )); \
	while :; do \
		echo "== make hunt SEED=$$seed CASES=$(CASES)"; \
		HUNT_CASES=$(CASES) $(BIN)/python -m pytest -q -m hypothesis --ignore tests/browser \
			--hypothesis-profile=hunt --hypothesis-seed=$$seed $(ARGS) || exit 1; \
		test $$(date +%s) -lt $$end || break; \
		seed=$$(( seed + 1 )); \
	done
	@$(MAKE) --no-print-directory audit

# It has an environment of its own, so that nothing it needs is installed beside the project.
audit: $(STAMP) ## Look up known vulnerabilities of all that constraints.txt pins
	@test -x $(AUDIT)/bin/pip-audit || { $(PYTHON) -m venv $(AUDIT) \
		&& $(AUDIT)/bin/python -m pip --disable-pip-version-check install --quiet pip-audit==2.10.1; }
	$(AUDIT)/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

torches: $(STAMP) ## Draw with the oldest and the newest torch; minutes and gigabytes each
	$(BIN)/python -m tests.torch_range $(VERSIONS)

lint: $(STAMP) ## Check style, formatting, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP) ## Run every benchmark in bench/
	@for file in bench/*.py; do \
		name=$$(basename "$$file" .py); \
		case "$$name" in _*|'*') continue;; esac; \
		echo "== $$file"; \
		$(BIN)/python -m "bench.$$name" || exit 1; \
	done

index: $(STAMP) ## Write the index of names and forms again, after a block has changed
	$(BIN)/python -m resnet_core

contact: $(STAMP) ## Draw the contact sheets in docs/contact/ again
	$(BIN)/python docs/contact_sheet.py

docs: $(STAMP) ## Draw the pictures of READMEs and documentation again, and write the reference
	$(BIN)/python docs/reference.py
	$(BIN)/resnet-diagram docs README.md README.zh-CN.md docs

site: $(STAMP) ## Build the documentation into site/
	$(BIN)/python -m mkdocs build --strict --quiet

screenshots: $(STAMP) $(BROWSER) ## Photograph every page, for you to look at
	$(BIN)/python docs/screenshots.py

clean: ## Remove caches and build results
	rm -rf build dist site *.egg-info .coverage htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name $(VENV) -prune -o -type d -name __pycache__ -exec rm -rf {} +

distclean: clean ## Remove .venv/ too
	rm -rf $(VENV)

# The browser tests take the system's Chromium, or else download one. It is tried once; a machine
# that has none skips these tests, and the summary says so.
$(BROWSER): $(STAMP)
	@$(BIN)/python -m tests.browser.chromium
	@touch $@

# torch comes first and alone. On Linux, the wheel of PyPI brings several gigabytes of CUDA
# libraries; PyTorch's own index has a CPU build, 2.13.0+cpu, which pip prefers to a plain 2.13.0.
# --no-deps keeps that index to torch itself: its dependencies come from PyPI with everything else.
# When the index cannot be reached, pip warns, gives up on it after the retries below, and takes
# torch from the other indexes that it knows, so that setup still succeeds.
#
# hatchling is installed beforehand and build isolation is off, so that the build backend is pinned
# by constraints.txt like every other package.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo "error: Python 3.11 or newer is needed: apt-get install -y python3 python3-venv" >&2; \
		exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "error: $(PYTHON) cannot create environments: apt-get install -y python3-venv" >&2; \
		exit 1; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --no-deps --retries 2 --timeout 20 \
		--extra-index-url https://download.pytorch.org/whl/cpu torch==2.13.0
	$(PIP) install --quiet --constraint constraints.txt hatchling
	$(PIP) install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@$(BIN)/python -c 'import pygraphviz' 2>/dev/null || command -v dot >/dev/null || { \
		echo "error: Graphviz cannot be loaded: apt-get install -y libglib2.0-0 libx11-6 libxext6 libxrender1 libexpat1 (or: apt-get install -y graphviz)" >&2; \
		exit 1; }
	@touch $@
