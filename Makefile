# Pennyweight. `make run` opens the program, `make test` runs the tests; both set up what is missing first.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
INPUTS := packaging/setup.sh packaging/constraints.txt packaging/system-packages.txt pyproject.toml
SHOTS ?= build/shots

.PHONY: run setup test explore lint bench shots starter constraints clean help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.ready-run ## set up if needed, then open the window
	@$(BIN)/pennyweight

setup: $(VENV)/.ready-run ## set up only; leaves the program in .venv/bin/pennyweight

$(VENV)/.ready-run: $(INPUTS)
	@packaging/setup.sh run
	@touch $@

$(VENV)/.ready-test: $(INPUTS)
	@packaging/setup.sh test
	@touch $(VENV)/.ready-run $@

test: $(VENV)/.ready-test ## set up if needed, then run every test
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "not bench" -q

explore: $(VENV)/.ready-test ## property tests only, with new random examples and many more of them
	@PENNYWEIGHT_EXAMPLES=explore QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q --timeout 900 \
		$$(grep -rl --include='test_*.py' 'from hypothesis import' tests/unit)

lint: $(VENV)/.ready-test ## ruff, mypy --strict, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-test ## speed, as ratios against a baseline in the same run
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m bench -q -s tests/bench

shots: $(VENV)/.ready-test ## screenshots of the real window under Xvfb, into $(SHOTS)
	@xvfb-run -a -s "-screen 0 1600x1200x24" $(BIN)/python -m tests.shots $(SHOTS)

starter: ## train, export and measure the starter model (see models/)
	$(MAKE) -C models starter

constraints: $(VENV)/.ready-test ## write packaging/constraints.txt anew from what is installed
	@{ echo "# Every package that set-up installs, pinned. Renew with: make constraints"; \
	   $(BIN)/pip list --format=freeze --exclude-editable --exclude pip --exclude setuptools; } > packaging/constraints.txt.new
	@mv packaging/constraints.txt.new packaging/constraints.txt

clean: ## remove the virtual environment and build products
	rm -rf $(VENV) build dist
