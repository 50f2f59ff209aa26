# From a fresh clone to the film, or through the tests. `make help` lists the targets.
#
#   PYTHON    the interpreter for .venv; without it the newest of 3.11 to 3.13 on PATH is taken
#   ARGS      options for `fedreel film`, for pytest, or for the benchmarks
#   UPGRADE   anything: `make lock` then takes the newest versions, not only those it has to

PYTHON ?=
UV := .venv/bin/uv
# Nothing that requirements.txt does not pin gets in, and nothing whose hash differs. Compiling now
# keeps the syntax warnings of other people's code out of the first run.
INSTALL := $(UV) pip install --python .venv/bin/python --build-constraint requirements.txt
# All but those of trackers and of Kokoro: see pyproject.toml.
EXTRAS := --extra sim --extra voice --extra notebook --extra ray --extra crate --extra dev
INSTALL_PINNED := $(INSTALL) --require-hashes --constraint requirements.txt --compile-bytecode \
	--requirement pyproject.toml
INSTALL_FEDREEL := $(INSTALL) --quiet --no-deps --editable .

.PHONY: help film test lint bench docs lock catalogues snapshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

film: .venv/.film ## set up what rendering needs, and render the film
	.venv/bin/fedreel film $(ARGS)

test: lint .venv/.browser ## set up everything, and run all the checks
	.venv/bin/pytest -n 2 $(ARGS)

lint: .venv/.all ## set up everything, and run the static checks
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: .venv/.film ## render the film beside stock Manim's, for two hours, and print a table
	.venv/bin/python tests/benchmarks --only render $(ARGS)

docs: | $(UV) ## build the pages as a site, into build/docs
	@$(INSTALL) --quiet --require-hashes --constraint requirements.txt --group docs
	.venv/bin/python .ci/docs
	.venv/bin/zensical build --clean

lock: | $(UV) ## write requirements.txt anew from pyproject.toml
	$(UV) pip compile --quiet --universal --generate-hashes $(EXTRAS) --group build --group docs \
		--python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) --output-file requirements.txt pyproject.toml

catalogues: .venv/.all ## bring the languages' catalogues up to date with the texts in the code
	.venv/bin/python -m scenes.text.catalogues

snapshots: .venv/.all ## write what the chapters are compared with anew; look at the difference
	.venv/bin/pytest -n 2 --remake tests/scenes/test_film.py tests/scenes/test_golden.py tests/setup/test_docs.py

clean: ## remove .venv and the caches; films and data stay
	rm -rf .venv build dist .manim-cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamps in .venv say what is installed, so that nothing is installed twice.
.venv/.film: pyproject.toml requirements.txt | $(UV)
	@echo "Installing what rendering needs"
	@$(INSTALL_PINNED)
	@$(INSTALL_FEDREEL)
	@touch $@

.venv/.all: pyproject.toml requirements.txt | $(UV)
	@echo "Installing everything: rendering, training (PyTorch for Linux takes 5 GB) and the test tools"
	@$(INSTALL_PINNED) $(EXTRAS)
	@$(INSTALL_FEDREEL)
	@touch .venv/.film $@

# The release's page and the slides are opened in a real browser.
.venv/.browser: .venv/.all
	@if .ci/browser; then touch $@; fi

$(UV):
	@PYTHON="$(PYTHON)" .ci/setup
