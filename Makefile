# `make run` and `make test` need Python 3.11+, make and git; everything else they set up.

PORT ?= 8000
DATA ?= var
# Arguments for pytest, as in: make test ARGS="-n 0 tests/offers -k waiting"
# One worker more than there are processors: whoever waits for a browser, a program's start or the database leaves one
# free. A run in which twenty fail ends, and says why: what they have in common would fail in all the others too, and
# where each waits for what never comes that takes hours.
ARGS ?= -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --maxfail=20
# How many times `make soak` begins anew.
EXAMPLES ?= 2000
# How many people with bookings `make soak` upgrades, besides the demo.
PEOPLE ?= 20000

PY := .venv/bin/python
# Python keeps what it has compiled, also where the environment asks it not to, as containers do: else each process of
# ours would compile the program and its libraries anew, 4.5 s of CPU instead of 1.8 before it does anything.
export PYTHONDONTWRITEBYTECODE :=
RUN := .venv/run-$(shell git hash-object requirements/run.txt)
TEST := .venv/test-$(shell git hash-object requirements/test.txt)
# The first Python on this machine that is new enough; looked for only when .venv has to be made.
PYTHON = $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: help run test soak drill check bench check-data format messages migration requirements

help:
	@echo 'make run [PORT=8000] [DATA=var] [FRESH=1]   the marketplace with its demo, in the foreground'
	@echo 'make test [ARGS="-n 0 tests/offers"]        all tests'
	@echo 'make soak [EXAMPLES=2000]                   what takes long: anything may happen to the seats, 2,000 times 50'
	@echo '                                            steps; each bad value of each field; 200 histories of figures;'
	@echo '                                            2,000 stories of two hosts and their taps; each release upgraded'
	@echo '                                            under bookings; kill -9 at every moment of a restore; the drill;'
	@echo '                                            a newcomer'"'"'s hour'
	@echo 'make drill [DATA=var PEOPLE=0 RATE=40]      backup under load, kill, restore, look; DATA/drill.json has the'
	@echo '                                            figures, which /about/operation of an instance there tells'
	@echo 'make check                                  lint, types, imports, templates, texts'
	@echo 'make bench                                  measures, and writes bench.json'
	@echo 'make check-data [DATA=var]                  verifies every invariant of an instance'
	@echo 'make format · messages · requirements       after changing code · texts · requirements/*.in'
	@echo 'make migration NAME=what_changed            after changing models'

run: $(RUN)
	@TREFFPUNKT_DEMO=1 exec $(PY) -SE bin/foreground -m marketplace run \
		--port "$(PORT)" --data "$(DATA)" $(if $(filter-out 0,$(FRESH)),--fresh)

test: $(TEST)
	@bin/browser
	@bin/proxies
	$(PY) -m pytest $(ARGS)

soak: $(TEST)
	SOAK=1 HISTORIES=200 TOWNS=20 $(PY) -m pytest -n 0 \
		tests/house/test_access.py tests/house/test_bad_input.py tests/house/test_nobody_elses.py \
		tests/house/test_quick.py tests/marketplace/statistics/attacks/test_recount.py \
		tests/marketplace/statistics/attacks/test_linear.py
	EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n 0 tests/offers/seats/test_machine.py -k promises
	TAPS=$(EXAMPLES) $(PY) -m pytest -n 0 tests/offers/attendance/taps/test_interleavings.py
	QUEUES=$(EXAMPLES) $(PY) -m pytest -n 0 tests/journeys/test_queue.py -k no_tap
	EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n 0 tests/offers/search/index -k "same_order or whatever_happens"
	SOAK=1 $(PY) -m pytest -n 0 tests/marketplace/operations/test_killed.py \
		tests/marketplace/operations/test_killed_within.py
	SOAK=1 PEOPLE=$(PEOPLE) $(PY) -m pytest -n 0 -s tests/upgrades
	DATA="$(DATA)" $(PY) -m tests.drill
	@bin/proxies
	$(PY) tests/install/newcomers_hour.py || [ $$? = 77 ]

# SECONDS_OF_LOAD, RATE (bookings a second) and PEOPLE (with bookings, made before) may be set.
drill: $(TEST)
	DATA="$(DATA)" $(PY) -m tests.drill

check: $(TEST)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) .venv/bin/lint-imports
	$(PY) -m djlint templates --lint
	$(PY) bin/check-locale

bench: $(TEST)
	@command -v wrk >/dev/null || { apt-get update -qq && apt-get install -qq -y wrk; }
	$(PY) -m tests.bench

check-data: $(RUN)
	@TREFFPUNKT_DEMO=1 exec $(PY) -m marketplace check-data --data "$(DATA)"

format: $(TEST)
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

messages: $(TEST)
	@mkdir -p var
	$(PY) -m babel.messages.frontend -q extract -F pyproject.toml -k lazy --add-location=file --sort-by-file \
		--project=Treffpunkt -o var/messages.pot .
	for lang in nn en; do .venv/bin/pybabel -q update --init-missing --no-fuzzy-matching \
		--ignore-pot-creation-date -i var/messages.pot -d marketplace/locale -l $$lang || exit; done
	.venv/bin/pybabel -q compile -d marketplace/locale

migration: $(TEST)
	TREFFPUNKT_DEMO=1 $(PY) bin/migration $(NAME)

# Keeps what is pinned, adds what is new; UPGRADE=1 takes the newest of everything.
requirements: $(TEST)
	for name in run test; do .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade) \
		requirements/$$name.in -o requirements/$$name.txt || exit; done

# .venv is made anew only when what is pinned has changed: the stamps are named by its hash.
$(RUN): $(PY)
	@$(if $(PYTHON),,$(error no Python 3.11 or newer found))$(PYTHON) bin/venv run $@

$(TEST): $(RUN)
	@$(PYTHON) bin/venv test $@

# A .venv whose Python has gone (upgraded, or moved from another machine) is none.
$(PY):
	@rm -f .venv/run-* .venv/test-*
