# What this checkout can do. `make` alone lists the words.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv/.complete

# Install a Debian package if its program is missing: $(call need,program,package)
need = command -v $(1) >/dev/null || { echo "installing $(2) ..."; \
	{ apt-get update -q && apt-get install -yq --no-install-recommends $(2); } >build/apt.log 2>&1; } || \
	{ echo "$(1) is missing and could not be installed: as root, apt-get install $(2) (see build/apt.log)" >&2; exit 2; }

.PHONY: help
help:  ## this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*  ## /  make \1\t/' | expand -t 18

.PHONY: run
run: $(VENV) pbx  ## start Asterisk and the helpline, print what to dial, until Ctrl-C
	@exec .venv/bin/ivr run

.PHONY: demo
demo: $(VENV) pbx  ## a scripted caller and a scripted agent, over real SIP with real sound
	@exec .venv/bin/ivr demo

.PHONY: test
test: $(VENV) pbx browser  ## the whole suite, set-up included
	@IVR_FULL_RUN=1 .venv/bin/python -m pytest -q

.PHONY: check
check: $(VENV)  ## format, lint, types, the import contract
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --cache-dir build/import-linter

.PHONY: bench
bench: $(VENV) pbx browser  ## figures beside their floors, printed and in build/bench/
	@exec .venv/bin/python -m tests.bench

.PHONY: format
format: $(VENV)  ## put the code in form
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

.PHONY: lock
lock: $(VENV)  ## resolve pyproject.toml into requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --override requirements.overrides -o requirements.lock

.PHONY: clean
clean:  ## remove what runs have made, but keep downloads and secrets
	rm -rf build/bench build/evidence build/state build/demo.json .mypy_cache .pytest_cache .ruff_cache

# -- what the words above need --------------------------------------------------------------------------

.PHONY: pbx
pbx: build  # an Asterisk: the one on PATH, or a Debian root of our own
	@asterisk/get-asterisk >build/asterisk.path

.PHONY: browser
browser: build
	@$(call need,chromium,chromium)
	@$(call need,sipp,sip-tester)
	@$(call need,dot,graphviz)

build:
	@mkdir -p build

# The lock holds everything, with hashes; --no-deps since silero-vad would pull torch (requirements.overrides).
$(VENV): requirements.lock pyproject.toml | build
	@$(call need,espeak-ng,espeak-ng)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call need,no-such-program,python3-venv)
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
