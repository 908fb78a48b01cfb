# Everything one does here. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
.DEFAULT_GOAL := help
.PHONY: help run test check verify bench bench-startup bench-sockets bench-measure bench-render bench-upload bench-pages bench-publishing chaos-publishing drills e2e lock format clean install install-dev assets

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# uv installs ten times faster than pip; where it cannot reach what pip is set up to reach, pip does the same.
define install
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/install.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef

$(VENV)/.runtime: requirements.txt requirements/install.txt
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/install.txt
	$(call install,requirements/dev.txt)
	@touch $@

FRONTEND := $(shell find frontend/src frontend/css frontend/build* frontend/scripts templates platforms -type f -not -name "*.py*" 2>/dev/null)

frontend/node_modules/.installed: frontend/package-lock.json
	npm ci --prefix frontend --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

frontend/node_modules/.dev: frontend/package-lock.json
	npm ci --prefix frontend --no-audit --no-fund --loglevel=error
	@touch frontend/node_modules/.installed $@

frontend/dist/.built: frontend/node_modules/.installed frontend/package.json $(FRONTEND)
	npm run --silent build --prefix frontend
	@touch $@

install: $(VENV)/.runtime ## Make the environment and install what running needs
install-dev: $(VENV)/.dev frontend/node_modules/.dev ## Install what tests and checks need
assets: frontend/dist/.built ## Build scripts and styles

run: install assets ## Install, build, migrate and start everything in one process; prints the address
	@$(BIN)/python manage.py up --port $(PORT)

test: install-dev assets ## Install what tests need and run the unit suite
	$(BIN)/pytest -q -n auto --dist loadfile -m "not e2e and not chaos and not slow and not postgres and not redis" $(PYTEST_MORE)
	npm test --silent --prefix frontend

check: install-dev assets ## Style, types, import layers, migrations, templates, scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy config core platforms accounts jobs media notifications ai documents videos patterns strategies scripts_app editing publishing library analytics webhooks flows pages sandbox videofile
	$(BIN)/lint-imports
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m tests.lint_templates
	npm run --silent check --prefix frontend

e2e: install-dev assets ## Drive a real browser through the product
	$(BIN)/pytest -q -m e2e tests/e2e

verify: install-dev assets ## Everything: .ci/run, the browser matrix, chaos, benchmarks
	CI_FULL=1 bash .ci/run

bench: bench-startup bench-sockets bench-measure bench-render bench-upload ## The benchmarks that need no other service; each prints ratios against a floor or a peer

$(VENV)/.bench: requirements/bench.txt | install-dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt && touch $@ || echo "PySceneDetect could not be installed; the comparison is left out."

bench-measure: $(VENV)/.bench ## Accuracy and cost of the measurements, beside PySceneDetect
	$(BIN)/python -m benchmarks.measure

bench-startup: install-dev assets ## CPU of a first start and of a restart, memory, CPU of an idle minute
	$(BIN)/python -m benchmarks.startup

bench-sockets: install-dev assets ## 500 sockets in one process; with DATABASE_URL and REDIS_URL also over Redis (which is emptied)
	$(BIN)/python -m benchmarks.sockets

bench-render: install-dev ## Cost of one joint render against separate ones
	$(BIN)/python -m benchmarks.render

bench-upload: install-dev ## A 500 MB upload that keeps breaking: checksum, memory of the server
	$(BIN)/python benchmarks/upload.py

bench-pages: install-dev assets ## SQL, CPU and size of pages and lists at a thousand workspaces; PostgreSQL with DATABASE_URL
	$(BIN)/python -m benchmarks.pages

bench-publishing: install-dev ## Memory while publishing 900 MB; with DATABASE_URL and REDIS_URL also the queue's speed and fairness
	$(BIN)/python -m benchmarks.publishing_memory
	@if [ -n "$$DATABASE_URL" ] && [ -n "$$REDIS_URL" ]; then $(BIN)/python -m benchmarks.publishing_queue; \
	else echo "The queue was not measured: set DATABASE_URL and REDIS_URL (its Redis database is emptied)."; fi

drills: install-dev assets ## Take database, cache and file store away for a minute each, under load (needs PostgreSQL and Redis)
	$(BIN)/python -m benchmarks.outage_drills

chaos-publishing: install-dev ## 500 posts under faults and kills; nothing lost, nothing twice (POSTS=100 for fewer)
	$(BIN)/python -m benchmarks.publishing_chaos --posts $(or $(POSTS),500)

lock: install-dev ## Compile the requirement files with hashes
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q requirements/runtime.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q requirements/install.in -o requirements/install.txt
	$(BIN)/uv pip compile --no-deps --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q requirements/bench.in -o requirements/bench.txt

format: install-dev ## Format the code
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .
	$(BIN)/python -m tests.wrap_templates

clean: ## Remove what was built (keeps var/)
	rm -rf $(VENV) frontend/node_modules frontend/dist staticfiles .mypy_cache .ruff_cache .pytest_cache
