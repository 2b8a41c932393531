# Waymark's commands. `make help` lists them.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
FLASK  := $(BIN)/flask --app wsgi
# JavaScript clients that the tests speak to the record store with; Node.js comes as a package of Python.
CLIENTS := tests/xapi_clients
# Two processes are enough for the tests on a small machine: PYTEST_WORKERS=8 make test
PYTEST_WORKERS ?= auto
# How long each reader is fed: a minute, less where that is asked for.
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help

.PHONY: help
help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.installed ## Make .venv and install what the server needs
	@:

.PHONY: run
run: setup ## Start the server on http://127.0.0.1:8080, data in ./data
	@$(FLASK) db upgrade
	@exec $(BIN)/gunicorn -c gunicorn.conf.py wsgi:app

.PHONY: test
test: $(VENV)/.installed-dev $(CLIENTS)/node_modules/.package-lock.json ## Run the tests, on SQLite and on PostgreSQL
	$(BIN)/pytest -n $(PYTEST_WORKERS)

.PHONY: test-browser
test-browser: $(VENV)/.installed-dev ## Run the tests in headless Chromium
	@$(BIN)/python tests/find_chromium.py
	$(BIN)/pytest tests/browser --override-ini addopts="$(BROWSER_OPTIONS)" -n $(PYTEST_WORKERS)

.PHONY: screenshots
screenshots: $(VENV)/.installed-dev ## Photograph every page into docs/screenshots, in both themes and sizes
	@$(BIN)/python tests/find_chromium.py
	$(BIN)/python -m tests.browser.screenshots
	$(BIN)/python -m tests.browser.screenshots --all docs/screenshots/all

.PHONY: test-nginx
test-nginx: $(VENV)/.installed-dev ## Run the server behind contrib/nginx.conf
	@$(BIN)/python tests/find_nginx.py
	$(BIN)/pytest tests/nginx

BROWSER_OPTIONS := --strict-markers --strict-config -ra -q --timeout 400

.PHONY: hacp-conformance
hacp-conformance: $(VENV)/.installed-dev ## Run the suite of docs/hacp.md against servers of its own
	$(BIN)/pytest tests/conformance/hacp -n $(PYTEST_WORKERS)

.PHONY: xapi-conformance
xapi-conformance: $(VENV)/.installed-dev ## Run the suite of docs/xapi.md against servers of its own
	$(BIN)/pytest tests/conformance/xapi -n $(PYTEST_WORKERS)

.PHONY: fuzz
fuzz: $(VENV)/.installed-dev ## Feed the readers of HACP and xAPI random input, a minute each (FUZZ_SEED=1: repeatable)
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/pytest tests/hacp/test_fuzz_wire.py tests/hacp/test_fuzz_data.py \
		tests/hacp/test_fuzz_service.py tests/xapi/test_fuzz_readers.py tests/xapi/test_fuzz_store.py \
		-n $(PYTEST_WORKERS) --timeout 400

POT := app/translations/messages.pot
.PHONY: translations
translations: $(VENV)/.installed ## Gather the pages' sentences into app/translations, and compile what is translated
	@$(BIN)/pybabel -q extract -F babel.cfg -k worded -k worded_many:1,2 -k N_ --sort-output --no-location \
		--width 110 -o $(POT) app
	@$(BIN)/pybabel -q update -i $(POT) -d app/translations --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --width 110
	@rm $(POT)
	@$(BIN)/pybabel -q compile -d app/translations --statistics

.PHONY: lint
lint: $(VENV)/.installed-dev ## Check style (ruff) and types (mypy)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: bench
bench: $(VENV)/.installed-dev ## Measure requests per second against a no-op route
	$(BIN)/python -m tests.bench

.PHONY: chaos
chaos: $(VENV)/.installed-dev ## Kill workers under load for two minutes on each database
	$(BIN)/python -m tests.chaos --seconds 120

# A stamp per requirements file, so that a second run costs nothing.
$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing what the server needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json $(VENV)/.installed-dev
	@echo "Installing the JavaScript clients of the tests ..."
	@$(BIN)/python $(CLIENTS)/install.py
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Waymark needs Python 3.11 or newer, and '$(PYTHON)' was not found." \
			"Install it, or name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Waymark needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." \
			"Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "The virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
