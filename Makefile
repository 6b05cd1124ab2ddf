# `make demo` and `make test` need Python 3.11+, make and git; everything else they fetch or bring.
.DEFAULT_GOAL := help
.PHONY: help demo test environment lint types contracts migrations deployable check assets browser clean
.NOTPARALLEL:

UV_VERSION := 0.13.9
PYTHON := .venv/bin/python
CODE := manage.py opsdesk communities users coupons campaigns

# Another environment that happens to be active in the caller's shell must not be built into.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
# A demo is four processes and a suite is dozens: each would compile two thousand modules before its first line.
unexport PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_TIMEOUT ?= 300

# A real server named for daily work is not for tests, and the tests' settings are their own.
OWN_SERVERS := env -u DATABASE_URL -u REDIS_URL -u OPSDESK_PRODUCTION -u OPSDESK_DEBUG -u OPSDESK_POSTGRES_BIN
PRODUCTION := env OPSDESK_PRODUCTION=yes OPSDESK_SECRET_KEY=only-for-the-check-$$(od -An -N40 -tx1 /dev/urandom | tr -d ' \n') \
	OPSDESK_ALLOWED_HOSTS=desk.example.com OPSDESK_TRUSTED_ORIGINS=https://desk.example.com \
	DATABASE_URL=postgresql://opsdesk:secret@localhost/opsdesk REDIS_URL=redis://localhost:6379/0

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

demo: .venv/.installed assets ## start everything on a made-up city; Ctrl-C stops it (PORT=8000 HOST=127.0.0.1)
	@exec $(PYTHON) manage.py serve --demo --port $(or $(PORT),8000) --host $(or $(HOST),127.0.0.1)

environment: .venv/.installed assets ## packages, front-end files and translations, as a server needs them
	@$(PYTHON) manage.py compile_messages

test: .venv/.installed-dev assets browser ## run the whole suite on servers of its own (ARGS="-k words" for a part)
	@$(PYTHON) manage.py compile_messages
	@exec $(OWN_SERVERS) $(PYTHON) -m opsdesk.lib.engines $(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint types contracts migrations deployable ## everything that is checked without running a test

lint: .venv/.installed-dev ## style of code and templates
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --lint --quiet

types: .venv/.installed-dev ## mypy, strict
	.venv/bin/mypy $(CODE)

contracts: .venv/.installed-dev ## imports run one way
	.venv/bin/lint-imports

migrations: .venv/.installed-dev ## no model changed without its migration
	$(OWN_SERVERS) $(PYTHON) -m opsdesk.lib.engines $(PYTHON) manage.py makemigrations --check

deployable: .venv/.installed-dev ## Django's own list for production
	$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

assets: .venv/.installed
	@$(PYTHON) manage.py build_assets

browser: .venv/.installed-dev
	@$(PYTHON) tests/install_browser.py

clean: ## remove what was made here, the data in .data/ excepted
	rm -rf .venv node_modules opsdesk/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) tests -name __pycache__ -prune -exec rm -rf {} +
	find opsdesk/locale -name '*.mo' -delete

.venv/.made: Makefile
	@sh .ci/make_environment $(UV_VERSION)
	@touch $@

# Inexact, so that a demo after a test run does not take the test packages away.
.venv/.installed: .venv/.made uv.lock
	@.venv/bin/uv sync --quiet --frozen --inexact --no-default-groups --python $(PYTHON)
	@touch $@

.venv/.installed-dev: .venv/.installed
	@.venv/bin/uv sync --quiet --frozen --inexact --python $(PYTHON)
	@touch $@
