# make run                what Backstamp does, on a small demo system
# make run TARGET=path    the same for your own files
# make test               all gates: format, lint, types, architecture, tests, our own scan of ourselves

.PHONY: run test bench lock clean
.DEFAULT_GOAL := run

PYTHON ?=
TARGET ?=
GATES ?=

# The first Python of at least 3.11 that can make an environment.
FIND_PYTHON = found=; for each in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	[ -n "$$each" ] || continue; \
	"$$each" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
		&& found=$$each && break; \
	done; \
	if [ -z "$$found" ]; then \
		echo 'backstamp: no Python >= 3.11 with venv and ensurepip was found.' >&2; \
		echo 'Install one (Debian, Ubuntu: python3-venv), or name it: make $@ PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi

run:
	@$(FIND_PYTHON); "$$found" -m tools.environment.prepare run
ifeq ($(TARGET),)
	@.venv/bin/python -m tools.demo.run_demo
else
	@.venv/bin/backstamp scan "$(TARGET)"
endif

test:
	@$(FIND_PYTHON); "$$found" -m tools.environment.prepare test
	@.venv/bin/python -m tools.gates.gates $(GATES)

# Times us against the other scanners, each in an environment of its own; takes minutes and a package index.
bench:
	@$(FIND_PYTHON); "$$found" -m tools.environment.prepare test
	@.venv/bin/python -m benchmarks.run

# Renews requirements/*.txt; needs uv.
lock:
	@$(FIND_PYTHON); "$$found" -m tools.environment.lock

clean:
	rm -rf .venv .venv-bench .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
