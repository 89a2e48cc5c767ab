# make run      the viewer on the bundled demo record (without a display: drawn off screen into out/)
# make test     the whole test suite: on every core, then what measures time by itself
# make test-avx2
#               what touches torch once more, as a processor without AVX-512 would compute it
# make lint     ruff, mypy, import-linter and the other hooks of .pre-commit-config.yaml
# make bench    days of signal in the real window, each figure beside its bar (docs/performance.md);
#               a quarter of an hour, and 1.1 GB in out/bench. Some parts: make bench PARTS=open,frames
# make package  a one-folder application for this machine in dist/, checked
# make release  wheel and source distribution in dist/, each tried alone in a fresh environment of
#               every supported Python here, or make release ONLY=3.11; ten minutes and 2 GB of
#               temporary files for each
# make changelog
#               what the next release's section of CHANGELOG.md will say; with VERSION=0.2.0 it is
#               written (docs/changelog.d/README.md)
# Each sets up .venv by itself, once, and again when pyproject.toml changes.

PYTHON ?= python3
BIN := .venv/bin
DEMO := resources/demo/demo208.hea
# every package already there is worth a line to a user who waits, not to a log
QUIET := --disable-pip-version-check $(if $(CI),--quiet)

# neighbours stay together as far as they can: what a file's tests share is made once
PARALLEL := -n logical --maxprocesses 8 --dist worksteal
# these files only: to collect the others takes longer than to run these
ALONE = $(shell grep -rl --include='test_*.py' 'mark\.alone' tests)
# tests start some fifty processes, each of which would compile the package anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-avx2 lint bench package release changelog clean

run: .venv/stamp-run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  exec $(BIN)/ecgviewer open $(DEMO); \
	fi; \
	set -e; mkdir -p out; \
	echo "No display here (DISPLAY is not set): the same window is drawn off screen."; \
	QT_QPA_PLATFORM=offscreen $(BIN)/ecgviewer open $(DEMO) --at 14 --snapshot out/demo.png; \
	$(BIN)/ecgviewer analyze $(DEMO) -o out/demo.csv --force; \
	echo "Wrote out/demo.png (the window) and out/demo.csv (the beat report)."

test: .venv/stamp-dev
	$(BIN)/python -m pytest -q $(PARALLEL) -m 'not alone'
	$(BIN)/python -m pytest -q -m alone $(ALONE)

test-avx2: .venv/stamp-dev
	ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 \
	  $(BIN)/python -m pytest -q $(PARALLEL) -m 'torch and not alone'

lint: .venv/stamp-dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pre-commit run --all-files

bench: .venv/stamp-dev
	$(BIN)/python -m bench.days $(if $(PARTS),--part $(PARTS)) $(BENCH)

package: .venv/stamp-package
	$(BIN)/pyinstaller --noconfirm --clean --log-level WARN \
	  --distpath dist --workpath build/pyinstaller packaging/ecgviewer.spec
	$(BIN)/python packaging/check.py dist/ecgviewer

release: .venv/stamp-dev
	$(BIN)/python packaging/release.py $(if $(ONLY),--python $(ONLY))

changelog: .venv/stamp-dev
	$(BIN)/towncrier build $(if $(VERSION),--yes --version $(VERSION),--draft --version next)

clean:
	rm -rf .venv build dist out

.venv/stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "ecgviewer needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian: sudo apt install python3-venv"; \
	  exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/stamp-run: pyproject.toml | .venv/stamp-venv
	@echo "Installing into .venv; the first time this fetches PyTorch, Qt and more."
	$(BIN)/python -m pip install $(QUIET) -e .
	@touch $@

.venv/stamp-dev: pyproject.toml | .venv/stamp-venv
	@echo "Installing into .venv; the first time this fetches PyTorch, Qt and more."
	$(BIN)/python -m pip install $(QUIET) -e '.[dev]'
	@touch $@ .venv/stamp-run

.venv/stamp-package: pyproject.toml | .venv/stamp-venv
	$(BIN)/python -m pip install $(QUIET) -e '.[package]'
	@touch $@ .venv/stamp-run
