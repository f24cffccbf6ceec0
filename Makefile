# Holocrine from a bare machine: Python 3.11 or newer, make, and a package index that pip or uv can reach.
#
#   make demo     set up, then plan the example patient into demo-output/
#   make test     set up, then run every test
#   make check    what a change must pass: format, lint, types, imports, fast tests
#   make help     the other targets

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
SETUP := PYTHON="$(PYTHON)" bash scripts/setup.sh

# What `uv pip compile` needs to write a lock that names no address: see docs/adr/0005-locked-requirements.md.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --emit-build-options --upgrade --quiet

.PHONY: help setup demo test check fast lint format types imports tree bench bench-planner qualify-durability lock clean
.DEFAULT_GOAL := help

help:
	@echo "make setup    create or update $(VENV) from requirements/dev.txt"
	@echo "make demo     plan the example patient into demo-output/"
	@echo "make test     run every test"
	@echo "make check    format, lint, types, imports and fast tests, without changing a file"
	@echo "make fast     the fast tests alone"
	@echo "make format   rewrite the code in the house format"
	@echo "make lint     ruff: format and rules"
	@echo "make types    mypy --strict"
	@echo "make imports  the rules on who may import whom"
	@echo "make tree     rewrite the map of files in ARCHITECTURE.md"
	@echo "make bench    run the benchmarks in an environment of their own"
	@echo "make bench-planner  the planner against habit, on draws it has not seen (15 minutes)"
	@echo "make qualify-durability  kill a writer of the record 500 times and look for what it had confirmed"
	@echo "make lock     resolve requirements/*.txt again (needs uv)"
	@echo "make clean    remove everything that can be made again"
	@echo "PYTHON=python3.12 chooses the interpreter, JOBS=4 the number of test processes"

setup:
	@$(SETUP) $(VENV) requirements/dev.txt

demo: setup
	$(BIN)/holocrine plan examples/oily-forehead.toml -o demo-output

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

fast: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not slow"

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy --strict

imports: setup
	$(BIN)/lint-imports

check: lint types imports fast

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

tree: setup
	$(BIN)/python scripts/tree.py --write

# numbalsoda has no wheel for Python 3.11 and newer; cmake and ninja come with its build, compilers do not.
bench:
	@for tool in c++ gfortran; do command -v $$tool >/dev/null || { echo "make bench builds the peer numbalsoda," \
	  "which needs a C++ and a Fortran compiler: no $$tool (Debian, Ubuntu: apt-get install g++ gfortran)" >&2; \
	  exit 1; }; done
	@$(SETUP) $(BENCH_VENV) requirements/bench.txt
	$(BENCH_VENV)/bin/python benchmarks/run.py

bench-planner: setup
	$(BIN)/python -m benchmarks.planner

qualify-durability: setup
	$(BIN)/python tests/qualify/durability.py --kills 500 --seed 1

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH" >&2; exit 1; }
	$(LOCK) pyproject.toml --extra dev -o requirements/dev.txt
	@if [ -f requirements/bench.in ]; then set -x; \
	  $(LOCK) pyproject.toml requirements/bench.in -o requirements/bench.txt; fi

clean:
	rm -rf $(VENV) $(BENCH_VENV) build dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache
	find src tests scripts -type d -name __pycache__ -prune -exec rm -rf {} +
