# One short command each. Everything on the Python side is installed here, pinned by
# constraints.txt: a clean clone needs only Python >= 3.11 and make.

# The first Python on the path that is new enough; `make PYTHON=/some/python3 ...` overrules it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

VENV := .venv
BIN := $(VENV)/bin
# Newer than what decides its content, or made again.
INSTALLED := $(VENV)/.installed
STUBS := build/stubs/.installed

.DEFAULT_GOAL := help
.PHONY: help venv demo test check bench soak mutation scenarios clean

help: ## this list
	@echo "allswell: silence is the alarm. make ..."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(INSTALLED) ## the virtual environment with everything installed (the others call it)

$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "allswell needs Python 3.11 or newer; none was found on the path" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "venv: making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); }
	@echo "venv: installing allswell and its pinned dependencies (a minute or two the first time)"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
		-c constraints.txt -e '.[sim,flash,test]'
	@touch $@
	@echo "venv: ready"

# By --target only: on the import path the stubs would shadow the real modules.
$(STUBS): constraints.txt $(INSTALLED)
	@echo "stubs: fetching the types of the ESP32 modules"
	@rm -rf build/stubs
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
		-c constraints.txt --target build/stubs micropython-esp32-stubs
	@touch $@

demo: $(INSTALLED) ## a whole visit and an SOS on this machine; DEMO_SECONDS=90 ends it by itself
	@$(BIN)/allswell-sim demo

# Three processes, also on a larger machine: tests with real parts are begun first and mostly wait
# (tests/conftest.py), and what three at a time cannot disturb on two cores is what CI has seen.
WORKERS ?= 3
# The programs under test are started a hundred times: their bytecode is kept, whatever the shell says.
test: export PYTHONDONTWRITEBYTECODE =
test: $(INSTALLED) ## every test but the soak; what needs mosquitto or Chromium says so if it is missing
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

check: $(INSTALLED) $(STUBS) ## lint, format, types, the chip's compiler, import rules, tidiness
	@echo "check: ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@echo "check: mypy --strict"
	@$(BIN)/mypy
	@.ci/chip-gates
	@echo "check: import rules and tidiness"
	@$(BIN)/python -m pytest -q tests/test_layers.py tests/test_tidy.py

bench: $(INSTALLED) ## the figures of the README, also in build/bench.json
	@mkdir -p build
	@$(BIN)/python -m simulator.bench

scenarios: $(INSTALLED) ## every scenario file, with real parts
	@$(BIN)/allswell-sim run simulator/scenarios/*.toml

# What Hypothesis draws at random, with many more examples, and what is marked for the soak (also thousands of
# power cuts over the real littlefs, and ten simulated days of the pendant on MicroPython); storms, every
# history of two gestures, every planted bug; the hub killed 200 times; live chaos. Hours.
RANDOM_TESTS := $(shell grep -rlE '^from hypothesis|mark\.soak' tests --include='test_*.py')

soak: $(INSTALLED) ## the long randomised runs, storms, kills and chaos; docs/soak.md has the last result
	@ALLSWELL_HYPOTHESIS=soak $(BIN)/python -m pytest -q -m "soak or not soak" --timeout 3600 $(RANDOM_TESTS)
	@$(BIN)/allswell-sim storm --seeds 4000
	@$(BIN)/allswell-sim storm --exhaustive 2
	@$(BIN)/allswell-sim storm --plant all
	@$(BIN)/allswell-sim run simulator/scenarios/hub-killed.toml
	@$(BIN)/allswell-sim chaos --minutes 20

mutation: $(INSTALLED) ## would a test notice? hours; goes on where it was stopped; docs/mutation.md has the last result
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
		-c constraints.txt -e '.[mutation]'
	@for target in protocol pendant rules; do nice -n 19 $(BIN)/python -m tests.mutation $$target; done

clean: ## remove everything that was made here
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
