.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo sample golden screenshot test campaign evaluate lint lock clean

help:  ## list the recipes
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: .venv/ready  ## run the bundled sample month in ./demo
	rm -rf demo
	cp -r data/sample/garut-contoh demo
	$(BIN)/rekon run -C demo
	$(BIN)/rekon finalize -C demo

sample: .venv/ready  ## make the bundled sample month anew
	rm -rf data/sample/garut-contoh data/sample/garut-contoh.truth
	$(BIN)/rekon simulate data/sample/garut-contoh --people 400 --seed 1 --scenario dispute
	$(BIN)/rekon run -C data/sample/garut-contoh
	$(BIN)/python -m pipeline.simulation.decide data/sample/garut-contoh OPD003
	rm -rf data/sample/garut-contoh/kerja data/sample/garut-contoh/terbit

golden: .venv/ready  ## write the expected results of the bundled month anew
	$(BIN)/pytest --write-golden tests/months/test_golden.py

screenshot: .venv/ready demo  ## photograph the report for the README (needs chromium)
	$(BIN)/python docs/make_screenshot.py demo/terbit/*/r1-*/laporan/index.html

test: .venv/ready lint  ## check and test everything but campaigns; names what tests lack
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

campaign: .venv/ready  ## sweeps, corpora and whole months, and more examples; takes half an hour
	$(BIN)/pytest -m 'campaign or fuzz' --hypothesis-profile campaign --numprocesses auto --dist loadfile --no-loadscope-reorder

evaluate: .venv/ready  ## score 100 random and 100 quiet months; the table and a plot in ./evaluasi
	$(BIN)/python -m pipeline.simulation.campaign evaluasi

lint: .venv/ready  ## style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:  ## pin and hash the dependencies anew (needs pip-tools)
	$(BIN)/pip-compile --quiet --extra dev --all-build-deps --allow-unsafe --generate-hashes --strip-extras --no-header \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.txt pyproject.toml

clean:  ## remove what recipes made
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
