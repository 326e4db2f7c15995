# Two commands do all the set-up from a fresh clone: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help demo test check fix bench crash clean

help:
	@echo "make demo   the bot in a page that looks like Discord; no token, no key"
	@echo "make test   install what tests need and run them all"
	@echo "make check  format, lint, types and floors"
	@echo "make fix    mend what format and lint can"
	@echo "make bench  our client beside google-genai's and openai's, with 4K pictures"
	@echo "make crash  the bot killed and frozen for minutes, on both engines; every promise checked"

demo: $(VENV)/.demo
	$(BIN)/plantain demo $(ARGS)

test: $(VENV)/.dev
	$(BIN)/pytest $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/client.py --require-sdks $(ARGS)

crash: $(VENV)/.dev
	$(BIN)/python tests/crash/campaign.py --engine sqlite $(ARGS)
	$(BIN)/python tests/crash/campaign.py --engine postgresql $(ARGS)

clean:
	rm -rf $(VENV)

# One stamp an extra: installed again only when what it is made from has changed.
$(VENV)/.%: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	touch $@
