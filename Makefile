# `make` lists the targets; `make run` and `make test` do all the set-up they need.
PYTHON ?= python3
BIN := .venv/bin
SIZE ?= default
export TAIHU_DEMO ?= 1

.DEFAULT_GOAL := help
.PHONY: help run build test test-all browser cover check check-packs real bench faults map docs topic bundle lock format clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/.product: requirements/product.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what the platform needs (about a minute) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/product.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.development: .venv/.product requirements/development.txt
	@echo "installing what the tests need …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/development.txt
	@touch $@

run: .venv/.product  ## build the city if there is none, and serve it at http://127.0.0.1:8000
	@$(BIN)/taihu run --size $(SIZE)

build: .venv/.product  ## build the city without serving it
	@$(BIN)/taihu build --size $(SIZE)

test: .venv/.development  ## all tests but browsers, faults and benchmarks
	@$(BIN)/python -m pytest -q -n auto -m "not browser and not faults"

test-all: test browser faults  ## everything

browser: .venv/.development  ## the promises to people, in a real browser, with screenshots
	@$(BIN)/python -m pytest -q -m browser tests/browser

cover: .venv/.development  ## branch cover of terms, guard, ledger and grants
	@$(BIN)/python -m pytest -q -n 2 -m "not browser and not faults" tests/terms tests/control tests/doors tests/data/guard tests/data/ledger --cov=taihu.terms --cov=taihu.control.grants --cov=taihu.data.guard --cov=taihu.data.ledger --cov-branch --cov-report=term-missing:skip-covered

check: .venv/.development  ## form, types, layers, packs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/taihu check-packs

check-packs: .venv/.product  ## what is wrong in packs, and how to put it right
	@$(BIN)/taihu check-packs

real: .venv/.development  ## real data down the same road
	@$(BIN)/taihu real

bench: .venv/.development  ## speed as ratios, both raw times printed
	@$(BIN)/python -m bench

faults: .venv/.development  ## kills, full disks, random queries in bulk
	@$(BIN)/python -m pytest -q -m faults

map: .venv/.product  ## the map of the house, from its module sentences
	@$(BIN)/taihu map

docs: .venv/.development  ## regenerate what is generated
	@$(BIN)/taihu docs

topic: .venv/.product  ## name=rivers: the smallest pack that passes
	@$(BIN)/taihu topic $(name)

bundle:  ## rebuild the front-end bundle (needs Node)
	@cd front && npm ci --silent && npm run --silent build

lock: .venv/.development  ## lock the requirements with hashes
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile requirements/product.in --generate-hashes --python-version 3.11 --no-header --no-emit-index-url -q -o requirements/product.txt
	@$(BIN)/uv pip compile requirements/development.in -c requirements/product.txt --generate-hashes --python-version 3.11 --no-header --no-emit-index-url -q -o requirements/development.txt

format: .venv/.development  ## put the form right
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix -q .

clean:  ## remove the built city (not the environment)
	@rm -rf var
