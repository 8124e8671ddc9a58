# Everything a newcomer needs: `make demo` and `make test` do all their set-up themselves.
# Needs Python 3.11 or later, make and a POSIX shell; PYTHON=python3.13 picks another Python.

SHELL = /bin/sh
.DEFAULT_GOAL = help
.DELETE_ON_ERROR:

PYTHON ?= python3
RUN = .venv/bin/python
# Into how many shares the tests go, each on systems of its own; the longest files begin first.
SHARES ?= 2
STAMP = .venv/.installed
LOCK = deploy/requirements
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links pyproject.toml

.PHONY: help up demo down status clean-data fetch test check unit contract integration e2e faults bench \
	fmt schemas golden lock lock-jars

help: ## list these targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target words; do \
		printf '  make %-12s %s\n' "$$target" "$$words"; done

# ---- running ----

up: $(STAMP) ## start Kafka, MongoDB, Zipkin and the services, until Ctrl-C
	@exec $(RUN) -m deploy.local up

demo: $(STAMP) ## the same with 225 invented referrals, some worked to their end, and what became of them; ONCE=1 ends by itself
	@exec $(RUN) -m deploy.demo

down: $(STAMP) ## end a stack that was left running; its data stay
	@$(RUN) -m deploy.local down

status: $(STAMP) ## say what runs and where
	@$(RUN) -m deploy.local status || true

clean-data: $(STAMP) ## remove this checkout's data after asking; YES=1 does not ask
	@$(RUN) -m deploy.local clean-data $(if $(YES),--yes)

fetch: $(STAMP) ## bring everything that `up` needs, so that it starts without a network
	@$(RUN) -m deploy.local fetch

# ---- proving ----

test: $(STAMP) ## every test, in two shares, each on a Kafka and a MongoDB that it starts itself; SHARES=1 for one
	$(RUN) -m pytest --numprocesses $(SHARES) --dist loadfile --no-loadscope-reorder \
		--durations=25 tests/faults tests/e2e tests/integration tests/contract tests/unit

check: $(STAMP) ## format, lint, types, import rules, committed schemas and documents
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(RUN) -m schemas --check
	$(RUN) -m services --check

unit: $(STAMP) ## our functions alone
	$(RUN) -m pytest tests/unit

contract: $(STAMP) ## fakes, stores, schemas and settings held to each other
	$(RUN) -m pytest tests/contract

integration: $(STAMP) ## one part at a time on real Kafka and MongoDB
	$(RUN) -m pytest tests/integration

e2e: $(STAMP) ## the whole stack through its public doors
	$(RUN) -m pytest tests/e2e

faults: $(STAMP) ## kill -9 under load, and what was lost or doubled
	$(RUN) -m pytest tests/faults

bench: $(STAMP) ## how quick and how much, beside a floor in the same run
	$(RUN) -m tests.bench

# ---- changing ----

fmt: $(STAMP) ## format and mend what can be mended
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

schemas: $(STAMP) ## write JSON Schemas, AsyncAPI and OpenAPI from the models anew
	$(RUN) -m schemas
	$(RUN) -m services

golden: $(STAMP) ## decide the corpus of golden decisions anew; read the difference before you commit it
	$(RUN) -m tests.golden

lock: $(STAMP) ## resolve Python packages anew
	$(COMPILE) -o $(LOCK)/services.txt
	$(COMPILE) --extra local --extra development -o $(LOCK)/development.txt

lock-jars: $(STAMP) ## resolve Kafka's and Zipkin's jars anew
	$(RUN) -m deploy.local lock

# ---- setting up ----

# The stamp is written last, so an installation that was cut short starts over.
$(STAMP): $(LOCK)/development.txt
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "dragoman: no $(PYTHON) here: install Python 3.11 or later, or say PYTHON=/path/to/python"; exit 1; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "dragoman: $(PYTHON) is older than 3.11: say PYTHON=/path/to/a/newer/python"; exit 1; } >&2
	@$(PYTHON) -c 'import venv, ensurepip' >/dev/null 2>&1 || { \
		echo "dragoman: $(PYTHON) comes without venv: on Debian and Ubuntu, apt install python3-venv"; exit 1; } >&2
	@echo "dragoman: installing packages into .venv"
	@$(PYTHON) -m venv .venv || { \
		echo "dragoman: could not make .venv: is the disk full, or python3-venv missing?"; exit 1; } >&2
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)/development.txt || { \
		echo "dragoman: the packages could not be installed: check the network and run again"; exit 1; } >&2
	@touch $(STAMP)
