# `make help` lists the commands. Python lives in .venv, everything that is written under var/.
.DEFAULT_GOAL := help
.PHONY: help run test chaos bench bench-billing bench-full lint format check lock setup setup-test test-js test-sqlite test-postgres test-processes test-browser test-once chaos-sqlite chaos-postgres
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
export RUFF_CACHE_DIR := var/cache/ruff
export MYPY_CACHE_DIR := var/cache/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := var/cache/hypothesis

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

run: setup ## Run everything: Redis, web, worker and beat. PORT (8000), HOST (127.0.0.1)
	@exec $(PYTHON) -m tooling.run

test: setup-test ## Install, then lint, types, contracts and every test
	@# Three at a time, also on two cores: half of their time these tests wait for processes. The longest go first.
	@$(MAKE) --jobs=3 --keep-going test-processes test-postgres test-sqlite test-browser test-once lint test-js

chaos: setup-test ## Break and load everything, on SQLite and on PostgreSQL, and print what became of it
	@$(MAKE) --keep-going chaos-sqlite chaos-postgres

bench: setup-test ## Measure the product beside a naive pipeline, on real processes; under 5 minutes
	@$(PYTHON) -m bench --short

bench-full: setup-test ## The same longer, three times, and how each cost grows; takes an hour or so
	@$(PYTHON) -m bench --full --growth

bench-billing: setup-test ## Measure every page of billing and issuing, at 100,000 invoices
	@$(PYTHON) -m bench.billing

lint: setup-test ## Style, types, import contracts, migrations, Django's own checks
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --cache-dir var/cache/import-linter
	@$(PYTHON) manage.py makemigrations --check --dry-run
	@$(PYTHON) manage.py check

format: setup-test ## Put the code into the house's format
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

check: lint ## Lint, and the fast tests
	@$(PYTHON) -m pytest tests/unit tests/integration

lock: setup-test ## Pin requirements.in and requirements-dev.in to exact versions
	@$(PYTHON) -m tooling.lock

setup:
	@python="$$(tooling/find-python)" && "$$python" tooling/setup.py run

setup-test:
	@python="$$(tooling/find-python)" && "$$python" tooling/setup.py test

test-js:
	@.venv/bin/node --test 'tests/js/**/*.test.js'

test-sqlite:
	@$(PYTHON) -m pytest -m "not once"

test-postgres:
	@$(PYTHON) -m tooling.postgres $(PYTHON) -m pytest -m "not once"

# What no database could make a difference to, in three parts of about the same length.
test-processes:
	@$(PYTHON) -m pytest -m once tests/acceptance tests/chaos

test-browser:
	@$(PYTHON) -m pytest -m once tests/browser

test-once:
	@$(PYTHON) -m pytest -m once --ignore tests/acceptance --ignore tests/chaos --ignore tests/browser

chaos-sqlite:
	@$(PYTHON) -m pytest tests/chaos --full-length

chaos-postgres:
	@$(PYTHON) -m tooling.postgres $(PYTHON) -m pytest tests/chaos --full-length
