# make run | test | check | bench. Each sets up what it needs; the second time that takes no time.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
# How many processes share the tests.
JOBS ?= auto
# requirements-servers.lock adds what PostgreSQL and Redis need.
LOCK ?= requirements.lock
BIN := .venv/bin
export PORT
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help run test check bench format messages guide train compare lock clean

help:
	@echo "make run     set up and serve on http://127.0.0.1:$(PORT)"
	@echo "make test    set up and run all tests (ARGS=what to pass to pytest, JOBS=how many processes)"
	@echo "make check   set up, then lint, types and import rules"
	@echo "make bench   measure speed and memory against peers, and write benchmarks/RESULTS.md (ARGS=--audio FILE...)"
	@echo "make format  let ruff rewrite what it can"
	@echo "make messages gather all sentences for the translators, and compile what they wrote"
	@echo "make guide   take the user guide's screenshots anew, and its figures from the model's card"
	@echo "make train   rebuild the shipped model (DATASET=folder of labelled music; ARGS=more arguments)"
	@echo "make compare compare the algorithms on it and write docs/comparison"
	@echo "make lock    pin every dependency anew"

run: .venv/run
	$(BIN)/flask --app wsgi db upgrade
	@echo "GenreGenie: http://127.0.0.1:$(PORT)"
	$(BIN)/honcho start

# A file's tests stay in one process, and the journeys, which take longest, do not come last. Threads of the arithmetic
# would only get in the other processes' way.
test: .venv/dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/dev
	$(BIN)/python -m portal.languages.catalogues

# Starts a portal of its own with made-up music, and walks through every page in Chromium.
guide: .venv/dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.support.guide

bench: .venv/bench
	$(BIN)/python -m benchmarks $(ARGS)

DATASET ?= ../shared/data
train: .venv/network .cache/sounds/sounds.csv
	$(BIN)/python -m classifier train --dataset $(DATASET) --other .cache/sounds $(ARGS)

compare: .venv/network
	$(BIN)/python -m classifier compare --dataset $(DATASET) --importance $(ARGS)

# Recorded speech and animals, from Debian's packages; without apt, `classifier train` makes do with made-up sounds.
.cache/sounds/sounds.csv: | .venv/dev
	$(BIN)/python -m classifier sounds --out .cache/sounds

COMPILE := uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra postgres --extra redis -c requirements.lock -o requirements-servers.lock
	$(COMPILE) --extra train --extra dask --extra demo --extra similar --extra postgres --extra redis --group dev -c requirements-servers.lock -o requirements-dev.lock

# The stamps remember which lock file the environment was made from.
.venv/run: $(LOCK) | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@touch $@

.venv/dev: requirements-dev.lock | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/run

# Only the network needs PyTorch, and only while it is trained.
.venv/network: .venv/dev
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	@touch $@

# The peers of the benchmarks. Where one has no wheel, its rows are left out.
.venv/bench: .venv/dev
	$(BIN)/pip install --quiet --disable-pip-version-check librosa==0.11.0
	$(BIN)/pip install --quiet --disable-pip-version-check essentia==2.1b6.dev1389 || echo "Essentia cannot be had here"
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || { echo "Python lacks its venv module: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
