# The only entries to this project. `make help` lists them; each installs what it needs.
UV := $(shell command -v uv 2>/dev/null || echo .venv-uv/bin/uv)
PYTHON ?= python3
RUN := .venv/bin/python -m
# Tests run in a shuffled order, the same for everybody; `make test SEED=last` or another number tries another.
SEED ?= 2386252066
# Two processes take the files of tests in turn: while one waits for a platform, the other works.
TESTERS ?= 2
PYTEST = pytest -n $(TESTERS) --dist loadfile
SEEDS ?= 20000
KILLS ?= 200
.DEFAULT_GOAL := check
# Bytecode is written, whatever the shell says: a server that compiles its imports anew starts in twice the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup fmt check test test-fast simulation chaos limits bench demo protocol clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv-uv/bin/uv:
	@$(PYTHON) -m venv .venv-uv && .venv-uv/bin/pip -q --disable-pip-version-check install 'uv>=0.9,<1'

setup: $(if $(findstring .venv-uv,$(UV)),$(UV))  ## the development environment, exactly as locked
	@[ -x .venv/bin/python ] || echo "Installing into .venv; the first time this takes a minute or two."
	@$(UV) sync --quiet --frozen --all-extras --compile-bytecode --python $(PYTHON)

fmt: setup  ## format
	@$(RUN) ruff format . && $(RUN) ruff check --fix --quiet .

check: setup  ## format, lint, strict types, import layers, sizes, spelling
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@.venv/bin/basedpyright
	@.venv/bin/lint-imports
	@$(RUN) tests.ratchet
	@.venv/bin/codespell src tests docs examples bench *.md

test: setup  ## every test, with real parts
	@tests/parts.sh
	@$(RUN) pytest --randomly-seed=$(SEED)

test-fast: setup  ## the quick subset, under a minute
	@$(RUN) $(PYTEST) -m "not slow and not interop and not browser" -q

simulation: setup  ## the engine in thousands of storms, each drawn by a seed (SEEDS=20000)
	@$(RUN) tests.simulation --seeds $(SEEDS)

chaos: setup  ## kill the platform and its workers KILLS=200 times while thousands of tasks run; minutes
	@$(RUN) tests.acceptance.chaos --planted --kills 60 --seed $(SEED)
	@$(RUN) tests.acceptance.chaos --kills $(KILLS) --seed $(SEED)

limits: setup  ## limits of tasks under cgroup v2, in a kernel that is booted for them; minutes
	@tests/parts.sh kernel
	@$(RUN) tests.kernel

bench: setup  ## side by side with the stock flytekit; writes bench/results/
	@tests/parts.sh
	@$(RUN) bench

demo: setup  ## a pipeline on real data, and the console that shows it
	@.venv/bin/flyweight demo $(DEMO_FLAGS)

protocol: setup  ## generate the code of our own messages
	@cd src && ../.venv/bin/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. --grpc_python_out=. \
		flyweight/protocol/worker.proto flyweight/protocol/watch.proto flyweight/protocol/items.proto flyweight/protocol/usage.proto && \
		rm flyweight/protocol/worker_pb2_grpc.py flyweight/protocol/items_pb2_grpc.py flyweight/protocol/usage_pb2_grpc.py

clean:  ## remove environments and caches
	@rm -rf .venv .venv-uv .interop .pytest_cache .ruff_cache dist
