# One list of commands for a laptop and for CI.  `make` alone shows it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# every user of the machine has a folder of their own; ZABOTA_VAR moves it
HOME_FOLDER := $(or $(ZABOTA_VAR),var/$(shell id -u))
VENV := $(HOME_FOLDER)/venv
RUN := "$(VENV)/bin/python"
CACHE := $(HOME_FOLDER)/cache

MESSAGES := $(wildcard locale/*/LC_MESSAGES/django.po)
COMPILED := $(MESSAGES:.po=.mo)

# the demo stands still at half past ten of a campaign day
DEMO := DEMO=1 DEMO_CLOCK=2027-01-28T10:15
# nothing secret: only what the settings of a server ask for before they can be checked
PRODUCTION := DJANGO_SETTINGS_MODULE=zabota.settings.production \
	SECRET_KEY=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ \
	FIELD_KEYS=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= INDEX_KEY=check ALLOWED_HOSTS=portal.example.kz \
	DATABASE_URL=postgres://app@localhost/check DATABASE_OWNER_URL=postgres://owner@localhost/check \
	REDIS_URL=redis://localhost/0 EMAIL_URL=smtp://localhost:25

# caches of the tools stand with the rest of the user's data, so root and others never meet in them
export RUFF_CACHE_DIR := $(CACHE)/ruff
export MYPY_CACHE_DIR := $(CACHE)/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
PYTEST := $(RUN) -m pytest -o cache_dir="$(abspath .)/$(CACHE)/pytest"
ifdef ZABOTA_VAR
PYTEST := $(RUN) -m pytest -o cache_dir="$(CACHE)/pytest"
endif

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: system-run venv-base $(COMPILED) ## the portal with a demo country on http://127.0.0.1:8000 (PORT=8001 make run: on another port)
	@$(DEMO) exec $(RUN) manage.py portal

.PHONY: test
test: system venv-dev ## everything that is checked and tested: set-up, checks, tests in real browsers too
	@$(MAKE) --no-print-directory check
	$(PYTEST) -n 2

.PHONY: check
check: venv-dev $(COMPILED) ## style, types, imports, migrations, settings of a server, translations
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m djlint templates --lint --quiet
	$(RUN) -m mypy .
	$(RUN) -c "from importlinter.cli import lint_imports_command as lint; lint()" --no-cache
	$(RUN) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(RUN) manage.py check --deploy --fail-level WARNING
	$(RUN) .ci/messages.py

.PHONY: bench
bench: system venv-dev $(COMPILED) ## how fast and how heavy: medians and ratios in one run, each beside its goal
	$(PYTEST) tests/bench -o python_files='bench_*.py' -s
	$(RUN) -m tests.bench

.PHONY: messages
messages: venv-dev ## collect the words of our pages into locale/ for translation (kk, ru, en)
	$(RUN) -m django makemessages --locale kk --locale ru --locale en --no-wrap --add-location file --no-obsolete \
		--extension py,html,txt --ignore 'var/*' --ignore 'tests/*' --ignore 'static/*'

.PHONY: lock
lock: venv-dev ## choose package versions anew: requirements/*.in into *.txt with hashes
	cd requirements && for name in base dev; do \
		"$(abspath .)/$(VENV)/bin/python" -m piptools compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
			--no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
			--output-file $$name.txt $$name.in || exit 1; \
	done

.PHONY: system
system: ## Debian packages for running and testing (as root or with sudo; otherwise prints the command)
	@.ci/system test

.PHONY: system-run
system-run:
	@.ci/system run

.PHONY: venv-base venv-dev
venv-base venv-dev: venv-%:
	@.ci/venv $* "$(VENV)"

# a translation is compiled when its text is newer; a read-only checkout with compiled ones needs nothing
%.mo: %.po
	@msgfmt --check-format -o "$@.new" "$<" && mv -f "$@.new" "$@"
