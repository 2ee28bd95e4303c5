# Headwater: `make demo` to see it, `make test` to prove it. Only Python 3.11 or newer is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROCESSES ?= 3
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --build-deps-for editable

.PHONY: help demo test references kill workers chaos chaos-report fuzz fuzz-parsers audit sbom bench screenshots openapi openapi-examples lint format serve migrate lock clean

help:
	@echo "make demo     see a simulated company collected, linked and measured, at http://127.0.0.1:8080"
	@echo "make test     run all tests, on SQLite and on a real PostgreSQL (PROCESSES=3 at once)"
	@echo "make references  compare the metrics with their slow references for longer (TIMES=50 as many histories)"
	@echo "make kill     kill passes between any two statements (POINTS=200 SEED=1) and compare what the next one makes of it"
	@echo "make workers  kill workers on one PostgreSQL at random while a company changes (MINUTES=5 SEED=1) and compare"
	@echo "make chaos    live through troubles in random order (SEEDS=20 FROM=1), a line for each seed in LOG=chaos.log"
	@echo "make chaos-report  what those logs come to (LOG='one.log other.log'): seeds, troubles, seconds, what did not hold"
	@echo "make fuzz     ask every address of the API what nobody would (EXAMPLES=200 of each, SEED=1)"
	@echo "make fuzz-parsers  look for input that a parser fails at (SECONDS=60 for each, ONLY=name, SEED=1)"
	@echo "make audit    known holes of the locked packages (needs the network)"
	@echo "make sbom     list what is shipped, as CycloneDX, into build/headwater.cdx.json"
	@echo "make openapi  write docs/openapi.json anew, once CHANGELOG.md tells what breaks programs"
	@echo "make bench    measure against baselines (SIZE=full: ten times the size) and write docs/benchmarks.md"
	@echo "make screenshots  pictures of every page of a demo, into docs/screens (needs a Chromium)"
	@echo "make lint     formatting, types and the direction of imports"
	@echo "make format   format the code"
	@echo "make serve    serve the dashboard with ./headwater.toml"
	@echo "make migrate  bring the database of ./headwater.toml up to date"
	@echo "make lock     resolve the dependencies again (needs pip-tools)"

$(VENV)/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Headwater needs Python 3.11 or newer; name one: make demo PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

demo: $(VENV)/.runtime
	$(BIN)/headwater demo

test: $(VENV)/.development
	@# All processes, and the commands that tests start, read what was compiled once.
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

TIMES ?= 50
references: $(VENV)/.development
	REFERENCE_TIMES=$(TIMES) $(BIN)/python -m pytest tests/metrics --timeout 0

POINTS ?= 200
SEED ?= 1
kill: $(VENV)/.development
	$(BIN)/python -m tests.e2e.kill --points $(POINTS) --seed $(SEED)

MINUTES ?= 5
workers: $(VENV)/.development
	$(BIN)/python -m tests.e2e.workers --minutes $(MINUTES) --seed $(SEED)

SEEDS ?= 20
FROM ?= 1
LOG ?= chaos.log
chaos: $(VENV)/.development
	$(BIN)/python -m tests.chaos --seeds $(SEEDS) --from $(FROM) --log $(LOG)

chaos-report: $(VENV)/.development
	@$(BIN)/python -m tests.chaos --report $(LOG)

EXAMPLES ?= 200
fuzz: $(VENV)/.development
	FUZZ_EXAMPLES=$(EXAMPLES) FUZZ_SEED=$(SEED) $(BIN)/python -m pytest tests/api/openapi/test_fuzz.py --timeout 0

SECONDS ?= 60
ONLY ?=
fuzz-parsers: $(VENV)/.development
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED) $(if $(ONLY),--only $(ONLY))

audit: $(VENV)/.development
	$(BIN)/python -m tests.security.audit

sbom: $(VENV)/.development
	$(BIN)/python -m tests.security.sbom build/headwater.cdx.json

openapi: $(VENV)/.development
	$(BIN)/python -m tests.api.openapi

openapi-examples: $(VENV)/.development
	$(BIN)/python -m tests.api.openapi.seen
	$(BIN)/python -m tests.api.openapi

SIZE ?= small
bench: $(VENV)/.development
	$(BIN)/python -m bench --size $(SIZE) --page docs/benchmarks.md

screenshots: $(VENV)/.development
	$(BIN)/python -m tests.web.screens --into docs/screens

lint: $(VENV)/.development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml deploy/grafana/docker-compose.yml

format: $(VENV)/.development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: $(VENV)/.runtime
	$(BIN)/headwater serve

migrate: $(VENV)/.runtime
	$(BIN)/headwater migrate

lock:
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

clean:
	rm -rf $(VENV) *.egg-info build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
