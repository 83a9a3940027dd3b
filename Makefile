# A fresh checkout needs nothing but make and Python 3.10 to 3.13:
#   make train   set up .venv, train configs/simplernn.yaml, say where the plots are
#   make test    set up .venv with the development tools, run the tests
# Written for make 3.81 and any POSIX shell.

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
# scripts/install_macos_m1.sh leaves .metal where it installed the Metal plug-in.
CONSTRAINTS = $(if $(wildcard $(VENV)/.metal),constraints-metal.txt,constraints.txt)
PIP = "$(BIN)/python" -m pip install --disable-pip-version-check -c $(CONSTRAINTS)
COMPILE = UV_PYTHON_DOWNLOADS=never "$(BIN)/uv" pip compile pyproject.toml \
	--quiet --universal --upgrade --python-version 3.10 --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make constraints"

# A process a core (one more with Ray's clusters, which wait), each with whole files: what a
# module's tests share is made once, and tests that count processes do not meet. In the
# order of conftest.py: the longest first.
PARALLEL = -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help train test fast style check docs constraints
.NOTPARALLEL:

help:
	@echo "make train        set up, train configs/simplernn.yaml, say where the plots are"
	@echo "make test         set up, run all tests"
	@echo "make fast         the tests without TensorFlow, clusters and a package index"
	@echo "make style        lint, formats, types, import contracts, scripts"
	@echo "make check        style, then all tests: everything a change must pass"
	@echo "make docs         the pages of docs/ as a site in site/; a warning is an error"
	@echo "make constraints  renew constraints.txt and constraints-metal.txt"
	@echo "PYTHON=python3.12 chooses the Python of a new .venv"

train: $(VENV)/.ready
	"$(BIN)/seqforecast" train configs/simplernn.yaml
	@plots=$$(ls -d runs/simplernn/*/plots | tail -n 1) && \
		echo "" && echo "The plots are in $$plots:" && ls "$$plots"

# --every-raise: each error of ours is made by a test that has its words.
test: $(VENV)/.ready-dev
	"$(BIN)/python" -m pytest $(PARALLEL) --every-raise

fast: $(VENV)/.ready-dev
	"$(BIN)/python" -m pytest $(PARALLEL) -m "not tensorflow and not index and not ray"

style: $(VENV)/.ready-dev
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"
	"$(BIN)/shellcheck" scripts/*.sh .ci/run

check: style test

docs: $(VENV)/.ready-docs
	rm -rf site
	"$(BIN)/python" -m sphinx --fail-on-warning --keep-going --quiet docs site
	@echo "The front page is site/index.html"

constraints: $(VENV)/.ready-dev
	$(COMPILE) --extra cuda --extra statistical --extra dev --extra docs --output-file constraints.txt
	$(COMPILE) --extra metal --extra statistical --extra dev --extra docs --output-file constraints-metal.txt

# A stamp is younger than the files it was made from: nothing is installed twice.
$(VENV)/.ready: pyproject.toml $(CONSTRAINTS) | $(VENV)/.made
	$(PIP) -e .
	@touch "$@"

$(VENV)/.ready-dev: pyproject.toml $(CONSTRAINTS) | $(VENV)/.made
	$(PIP) -e ".[dev]"
	@touch "$@" "$(VENV)/.ready"

$(VENV)/.ready-docs: pyproject.toml $(CONSTRAINTS) | $(VENV)/.made
	$(PIP) -e ".[docs]"
	@touch "$@" "$(VENV)/.ready"

$(VENV)/.made:
	@"$(PYTHON)" -c "" 2>/dev/null || { \
		echo "error: $(PYTHON) does not run here"; \
		echo "hint: install Python 3.10 to 3.13, or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python"; \
		exit 1; } >&2
	@"$(PYTHON)" -c "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))" || { \
		echo "error: $(PYTHON) is $$("$(PYTHON)" -V 2>&1); TensorFlow needs Python 3.10 to 3.13"; \
		echo "hint: name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12"; \
		exit 1; } >&2
	@"$(PYTHON)" -c "import ensurepip, venv" 2>/dev/null || { \
		echo "error: $(PYTHON) cannot make virtual environments: its venv or ensurepip is missing"; \
		echo "hint: on Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; } >&2
	@echo "Installing into $(VENV); TensorFlow is a large download, this can take some minutes."
	"$(PYTHON)" -m venv "$(VENV)"
	@touch "$@"
