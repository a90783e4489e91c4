# Windows has no make: README.md gives the same commands for it.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Each candidate is started, not only looked up: a version manager may name a Python that it cannot run.
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)
CANDIDATES := $(PYTHON) python3.12 python3.13 python3.14 python3 python $(wildcard $(PYENV)/versions/3.1[2-9]*/bin/python)

define NO_PYTHON
Skillsplan needs Python 3.12 or newer with its venv and ensurepip modules, and none was found.
Tried: $(CANDIDATES).
Install Python 3.12 (Debian and Ubuntu: python3.12 and python3.12-venv), or name it: make PYTHON=/path/to/python3.12
endef
export NO_PYTHON

.PHONY: demo app test bench lint clean

demo: $(STAMP)
	@$(BIN)/skillsplan demo

app: $(STAMP)
	@$(BIN)/skillsplan app

# Tests that hold the program to a clock, or count what the machine does beside them, come first and alone.
ALONE := tests/optimiser/test_session.py tests/skills_model/test_store.py

test: $(STAMP)
	@$(BIN)/python -m pytest $(ALONE)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ALONE:%=--ignore=%)

bench: $(STAMP)
	@$(BIN)/python -m pytest tests/benchmarks --override-ini "python_files=bench_*.py" --capture=no

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:
	rm -rf out build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +

# Done again only when the pins, the package's description or the wanted Python change.
$(STAMP): requirements.txt pyproject.toml .python-version
	@if ! $(BIN)/python -c '$(SUITABLE)' 2>/dev/null; then \
	  python=; for candidate in $(CANDIDATES); do \
	    if "$$candidate" -c '$(SUITABLE)' 2>/dev/null; then python="$$candidate"; break; fi; \
	  done; \
	  if [ -z "$$python" ]; then echo "$$NO_PYTHON" >&2; exit 2; fi; \
	  echo "Making the environment $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV); \
	fi
	@echo "Installing the packages of requirements.txt (a minute or two, only when they change)"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --requirement requirements.txt
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
