# The ways in: `make demo` to see it work, `make test` for everything that CI runs.

CARGO ?= cargo
# More for `make demo`, e.g. ARGS='--headed --slow-mo 300'.
ARGS ?=
NEXTEST_PROFILE ?= default
SCRIPTS := $(filter-out %.cjs,$(wildcard .ci/*)) webdriver/setup docs/pictures

# Tools that .ci/tools fetched come last: what the machine has is taken first.
export PATH := $(PATH):$(CURDIR)/target/tools/bin

.DEFAULT_GOAL := help
# The order of checks is part of their use: what fails cheaply comes first.
.NOTPARALLEL:
.PHONY: help setup setup-tests tools demo test format format-check deny lint lint-lean docs tests doctests lint-scripts lint-workflows

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install a browser and its driver, if they are missing
	@webdriver/setup

demo: setup ## Build, and run the whole cycle against the simulator (ARGS='--headed' to watch)
	@$(CARGO) build --locked
	@$(CARGO) run --locked --quiet -- run --simulator $(ARGS)

test: format-check tools lint-scripts lint-workflows deny lint lint-lean docs setup-tests tests doctests ## Everything that CI runs
	@echo 'everything passed'

format: ## Format the code
	$(CARGO) fmt

format-check:
	$(CARGO) fmt --check

tools: ## Fetch cargo-deny, cargo-nextest and shellcheck, prebuilt, if they are missing
	@.ci/tools

lint-scripts: ## shellcheck over the scripts
	@if command -v shellcheck >/dev/null; then \
	    set -x; shellcheck --external-sources $(SCRIPTS); \
	else \
	    echo 'SKIPPED: no shellcheck; the scripts are not looked at' >&2; \
	fi

lint-workflows: ## actionlint over the workflows and the action
	@.ci/actionlint

deny: ## Check licences, sources and bans of the dependencies
	$(CARGO) deny --log-level error check bans licenses sources

lint: ## clippy, warnings denied
	$(CARGO) clippy --locked --all-targets -- -D warnings

lint-lean: ## The same for the program without the simulator
	$(CARGO) clippy --locked --no-default-features --lib --bins -- -D warnings

docs: ## Build the documentation, warnings denied
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps

setup-tests:
	@webdriver/setup --for-tests
	@.ci/clients

tests: ## Unit and integration tests
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
	    set -x; $(CARGO) nextest run --locked --profile $(NEXTEST_PROFILE); \
	else \
	    set -x; $(CARGO) test --locked --lib --bins --tests; \
	fi

doctests: ## Examples in the documentation
	$(CARGO) test --locked --doc
