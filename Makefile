# make report   the year-end report of Linyi 2018 (lang=en for English)
# make explore  the same in JupyterLab, with controls
# make backtest forecasts scored on past programmes (DPSIM_DATA, else ../shared/data)
# make test     what CI runs
PYTHON ?= python3
lang ?= zh
case ?= linyi-2018

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
RUN := .venv/.installed
DEV := .venv/.installed-dev
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: setup setup-dev report explore test check verify bench backtest golden constraints clean

setup: $(RUN)

setup-dev: $(DEV)

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit('dpsim needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12') if sys.version_info < (3, 11) else None"
	$(PYTHON) -m venv .venv

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing dpsim into .venv (once, about a minute) ..."
	@$(INSTALL) --editable .
	@$(BIN)/python -c "open('$(RUN)', 'w').close()"

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing dpsim and its test tools into .venv (once, about a minute) ..."
	@$(INSTALL) --editable ".[dev]"
	@$(BIN)/python -c "open('$(RUN)', 'w').close(); open('$(DEV)', 'w').close()"

report: setup
	@$(BIN)/dpsim report $(case) --lang $(lang)

explore: setup
	@$(BIN)/dpsim explore --lang $(lang)

test: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/full_size -m "not long"

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 -q tests/unit/core tests/unit/measure tests/unit/model tests/unit/params tests/test_architecture.py tests/test_public_names.py tests/test_cli.py

verify: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/verification tests/property tests/full_size
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long tests --ignore tests/property --ignore tests/full_size

bench: setup-dev
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/table.py

backtest: setup-dev
	@$(BIN)/dpsim backtest --data "$(or $(DPSIM_DATA),../shared/data)" --lang $(lang)

golden: setup-dev
	$(BIN)/python tests/golden/refresh.py "$(REASON)"

constraints: setup-dev
	$(BIN)/python -m pip freeze --exclude dual-prevention-sim > constraints.txt

clean:
	rm -rf .venv
