# Everything a developer does often. `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Many tests wait for a process or a server: so there are more of them at a time than cores. The tests of a file
# share what is slow to start, and the files with the longest tests come first.
WORKERS ?= 4
# Images of Python often forbid it: then each of these processes would compile all tests anew.
unexport PYTHONDONTWRITEBYTECODE
PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Of make test-long: random histories, repetitions of concurrent tests, generated requests for an operation, and the time
# that these may take a test.
LONGER := STORE_TEST_LIVES=30 STORE_TEST_ROUNDS=50 FUZZ_EXAMPLES=20 STORE_TEST_SECONDS=1200
# renovate: datasource=pypi depName=pip-audit
PIP_AUDIT_VERSION := 2.10.1

# Where openapi-generator makes clients, and in which languages it has to be able to.
GENERATORS := var/generators
LANGUAGES := kotlin swift5 dart typescript-axios python

.DEFAULT_GOAL := help
.PHONY: help run test test-services test-embedded test-long test-marked-long test-coverage test-newest test-all-embedded lint lint-schema clients generators format address-rules replay chaos soak bench screenshots backup restore lock audit messages schema clean

help: ## List the targets.
	@awk -F ':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run

run: $(VENV)/.runtime ## Run the whole store in one process, with demo data: PORT, VAR_DIR, PYTHON.
	@STORE_EMBEDDED=true exec $(BIN)/python manage.py embedded

backup: $(VENV)/.runtime ## Back up the database into one file, pictures into another, while the store runs: FILE (default: in VAR_DIR/backups).
	@exec $(BIN)/python manage.py backup $(if $(FILE),"$(FILE)")

restore: $(VENV)/.runtime ## Restore a backup into an empty database: FILE; ARGS=--force replaces one that is not empty.
	@exec $(BIN)/python manage.py restore $(ARGS) "$(or $(FILE),$(error Name the backup: make restore FILE=…))"

replay: $(VENV)/.runtime ## Place real baskets through the API of a running store, and check the outcome: URL, PRODUCTS, BASKETS, LIMIT.
	@URL="$(URL)" PRODUCTS="$(PRODUCTS)" BASKETS="$(BASKETS)" LIMIT="$(LIMIT)" exec $(BIN)/python -m scripts.replay $(ARGS)

##@ Test

test: test-services test-embedded ## Run the tests, on PostgreSQL, Redis and Memcached if they are installed, and in part embedded: ARGS="-k search".

test-services: $(VENV)/.dev ## Run only the first part: all tests, on the services of the environment or temporary ones.
	$(BIN)/python -m tests.with_services $(BIN)/python -m pytest $(PARALLEL) -m "not long" $(ARGS)

# 5: the ARGS have chosen none of these.
test-embedded: $(VENV)/.dev ## Run only the second part: what may come out differently on SQLite, files and memory.
	$(BIN)/python -m pytest $(PARALLEL) -m "embedded and not (long or postgres or redis or memcached)" $(ARGS) $(if $(filter-out -q,$(ARGS)),|| [ $$? = 5 ])

test-long: lint-schema clients test-coverage test-newest chaos soak ## Run everything, for an hour or more: also clients, fuzzing, chaos, soak, coverage, the newest Python.
	@if command -v java >/dev/null; then $(MAKE) generators; else echo "Left out: the clients of openapi-generator, which needs Java"; fi

test-marked-long: $(VENV)/.dev
	$(BIN)/python -m tests.with_services $(BIN)/python -m pytest $(PARALLEL) -m long $(ARGS)

test-coverage: $(VENV)/.dev
	$(BIN)/python -m tests.with_services env $(LONGER) $(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term --cov-fail-under=95 $(ARGS)

test-newest:
	@python=$$(.ci/newest-python); version=$$($$python -V); echo "Everything embedded on $$version"; \
		$(MAKE) test-all-embedded VENV=.venv-newest PYTHON=$$python

test-all-embedded: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL) -m "not (postgres or redis or memcached)" $(ARGS)

chaos: $(VENV)/.runtime ## Kill and restart the parts of a busy store, and check that nothing is lost: CHAOS_SECONDS, CHAOS_SEED, CHAOS_MODE.
	@exec $(BIN)/python -m scripts.chaos $(ARGS)

soak: $(VENV)/.runtime ## Keep the store busy for SOAK_SECONDS (600), and check that memory and connections do not grow.
	@exec $(BIN)/python -m scripts.soak $(ARGS)

bench: $(VENV)/.runtime ## Compare the store's speed with reference servers (benchmarks/README.md): PARTS="reads orders".
	@exec $(BIN)/python -m benchmarks $(PARTS)

##@ Code

lint: $(VENV)/.dev ## Check style, types, layers, migrations, deployment settings and the schema.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check_migrations
	DJANGO_HTTPS_PROXY=true $(BIN)/python manage.py check --deploy --fail-level WARNING
	DJANGO_HTTPS_PROXY=false $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

format: $(VENV)/.dev ## Format the code, and fix what ruff can fix.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# One after another: each lock holds the next one to its versions. The options are written as Renovate can read them
# from the head of a lock.
lock: $(VENV)/.dev ## Lock requirements*.in into requirements*.txt with hashes: ARGS=--upgrade for newer versions.
	for name in requirements-runtime requirements requirements-s3 requirements-dev; do \
		$(BIN)/uv pip compile --universal --python-version=3.11 --generate-hashes --no-strip-extras --quiet $(ARGS) \
			--output-file=$$name.txt $$name.in || exit 1; \
	done

address-rules: $(VENV)/.dev ## Write what an address needs in each country into apps/delivery/data.
	$(BIN)/python -m scripts.address_rules

audit: $(VENV)/.dev ## Check the locked packages for known vulnerabilities (needs Node.js).
	$(BIN)/uv tool run pip-audit@$(PIP_AUDIT_VERSION) --disable-pip --require-hashes -r requirements.txt -r requirements-dev.txt
	npm --prefix clients audit

##@ API

schema: $(VENV)/.runtime ## Write the API's schema to docs/openapi.yaml.
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

lint-schema: clients/node_modules ## Check docs/openapi.yaml with Spectral and Redocly (needs Node.js 18 or newer).
	REDOCLY_TELEMETRY=off npm --prefix clients run --silent lint

clients: clients/node_modules $(VENV)/.dev ## Generate typed clients from docs/openapi.yaml and check their types (docs/clients.md; needs Node.js 18 or newer).
	rm -rf clients/python/generated && mkdir clients/python/generated
	$(BIN)/python -m scripts.documented_code docs/clients.md ts:clients/typescript/generated python:clients/python/generated
	npm --prefix clients run --silent typescript
	$(BIN)/openapi-python-client generate --path docs/openapi.yaml --config clients/python/config.yaml \
		--output-path clients/python/generated/online_store_client --meta none --fail-on-warning
	MYPYPATH=clients/python/generated $(BIN)/mypy --config-file= --strict --follow-imports=silent clients/python/journey.py clients/python/generated/documented_*.py

generators: $(GENERATORS)/tool/.installed ## Generate clients in five languages with openapi-generator (needs Java 11 or newer).
	@for language in $(LANGUAGES); do \
		echo "$$language …"; \
		rm -rf $(GENERATORS)/$$language; \
		$(GENERATORS)/tool/bin/openapi-generator-cli generate -i docs/openapi.yaml -g $$language \
			-o $(GENERATORS)/$$language >$(GENERATORS)/$$language.log 2>&1 || { cat $(GENERATORS)/$$language.log; exit 1; }; \
	done
	@$(GENERATORS)/tool/bin/python -m compileall -q $(GENERATORS)/python

##@ Texts and pictures

messages: $(VENV)/.dev ## Collect and compile the translatable texts (needs gettext).
	$(BIN)/python manage.py makemessages -l ru --ignore=.venv --no-location --no-wrap
	$(BIN)/python manage.py compilemessages -l ru --ignore=.venv

screenshots: $(VENV)/.dev ## Take pictures of the admin into var/screenshots (needs Chromium).
	@exec $(BIN)/python -m scripts.screenshots

##@ Other

clean: ## Remove the virtual environments and the local state, var/ included.
	rm -rf $(VENV) .venv-newest clients/node_modules var .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

clients/node_modules: clients/package.json clients/package-lock.json
	@npm --prefix clients ci --silent
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is needed: on Debian, apt install python3-venv"; exit 1; }

$(VENV)/.runtime: requirements-runtime.txt | $(VENV)/bin/python
	@echo "Installing the requirements into $(VENV) …"
	@$(PIP) install --quiet --require-hashes -r requirements-runtime.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt $(VENV)/.runtime
	@echo "Installing the test and development requirements into $(VENV) …"
	@$(PIP) install --quiet --require-hashes -r requirements.txt
	@$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(GENERATORS)/tool/.installed: clients/generators.txt
	@$(PYTHON) -m venv $(GENERATORS)/tool
	@$(GENERATORS)/tool/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r clients/generators.txt
	@touch $@
