# Everything runs in .venv, made on first use with the versions of constraints.txt. Works with GNU make 3.81 and later.
#
#   make demo      segment the sample patient into out/ (no PyTorch needed)
#   make test      lint, types and tests
#   make bench     time every engine
#   make models DATA=...   make the shipped models, their cards and the figures in the documents from the data sets
#                  (hours, resumable; RUNS=runs/models WORKERS=2, MODELS="lv cardiac" for some of docs/models only)
#   make figures   write docs/models/figures.json into README.md and docs
#   make lint      ruff and mypy only
#   make cmake-lists   write the lists in the CMakeLists.txt files from the tree
#   make clean     remove .venv, out/ and caches
#
#   PYTHON=python3.12    which Python 3.10 to 3.13 makes .venv; another one than before makes it anew
#   PIP_OPTIONS=...      further options of pip, such as an index (see CONTRIBUTING.md)
#   PYTEST_OPTIONS=...   further options of pytest

VENV ?= .venv
PYTHON ?=
PIP_OPTIONS ?=
PYTEST_OPTIONS ?=
OUT ?= out
DATA ?=
RUNS ?= runs/models
WORKERS ?= 2
MODELS ?=

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

CANDIDATES := $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.11 python3.10 python)
IS_FIT := import sys, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))
VERSION := import sys; print("%d.%d" % sys.version_info[:2])
PINS := pyproject.toml constraints.txt
CHECKED := LVSegULib LVSegU Testing
SLICER_WHEELS := slicer-core,vtk,PyQt6,PyQt6-Qt6,PyQt6-sip
NO_SLICER := No Slicer core for this Python and system: the tests of the Slicer module will be left out
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(PIP_OPTIONS)

ifneq ($(PYTHON),)
ifneq ($(shell $(PYTHON) -c '$(VERSION)' 2>&1),$(shell cat $(VENV)/python-version 2>&1))
.PHONY: $(VENV)/python-version
endif
endif

.PHONY: demo test lint bench models figures cmake-lists clean help

help:
	@sed -n 's/^# \{0,1\}//p' Makefile

demo: $(VENV)/ready-to-segment
	@$(BIN)/python -m LVSegULib demo --out $(OUT)

test: lint
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS)

lint: $(VENV)/ready-to-test
	@$(BIN)/python -m ruff check $(CHECKED)
	@$(BIN)/python -m ruff format --check $(CHECKED)
	@$(BIN)/python -m mypy

bench: $(VENV)/ready-to-test
	@$(BIN)/python -m LVSegULib bench

models: $(VENV)/ready-to-test
	@test -n "$(DATA)" || { echo "Say where the data sets are: make models DATA=/path/to/folder" >&2; exit 2; }
	@$(BIN)/python -m LVSegULib rebuild docs/models --data "$(DATA)" --out "$(RUNS)" --workers $(WORKERS) $(MODELS:%=--model %)

figures: $(VENV)/ready-to-segment
	@$(BIN)/python -m LVSegULib rebuild docs/models --documents

cmake-lists: $(VENV)/python-version
	@$(BIN)/python -m Testing.extension.cmake_lists

clean:
	rm -rf $(VENV) .venv-python3.* $(OUT) build *.egg-info .pytest_cache .ruff_cache .mypy_cache
	find $(CHECKED) -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/python-version:
	@for python in $(CANDIDATES); do \
	    if $$python -c '$(IS_FIT)' >/dev/null 2>&1; then \
	        echo "Making $(VENV) with $$($$python --version)"; \
	        $$python -m venv --clear $(VENV) || exit 1; \
	        $$python -c '$(VERSION)' > $@ || exit 1; \
	        exit 0; \
	    fi; \
	done; \
	echo "LVSegU needs Python 3.10, 3.11, 3.12 or 3.13 with the module venv; tried: $(CANDIDATES)." >&2; \
	echo "Install one (on Debian and Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1

$(VENV)/ready-to-segment: $(VENV)/python-version $(PINS)
	@echo "Installing what segmenting needs (once)"
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready-to-segment $(PINS)
	@echo "Installing what training and testing need (once; PyTorch is large)"
	@$(INSTALL) --no-build-isolation --editable '.[test,lint]'
	@$(INSTALL) --no-deps dynamic-network-architectures
	@$(INSTALL) --no-build-isolation --only-binary $(SLICER_WHEELS) --editable '.[slicer]' || \
	    { test "$$LVSEGU_REQUIRE_SLICER" != 1 && echo "$(NO_SLICER)"; }
	@touch $@
