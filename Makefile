# Everything a person runs here. `make help` lists it.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
SHELL := /bin/bash

POSTLOAN_HOME ?= $(CURDIR)/var
export POSTLOAN_HOME
# Airflow starts twice as slowly where Python may not keep its byte code.
unexport PYTHONDONTWRITEBYTECODE

PYTHON_FOR_VENV ?= python3
VENV := $(CURDIR)/.venv
PYTHON := $(VENV)/bin/python
POSTLOAN := PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m postloan
READY := $(VENV)/.ready
TOOLS_READY := $(VENV)/.tools-ready
SPARK_READY := $(VENV)/.spark-ready
S3_READY := $(VENV)/.s3-ready

.PHONY: help setup setup-spark setup-s3 tools run up down status summary reconcile test test-all fuzz kills bench lock sbom audit

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | \
		while IFS=$$'\t' read -r name words; do printf '  make %-11s %s\n' "$$name" "$$words"; done

setup: $(READY) ## make .venv from the pinned requirements
setup-spark: $(SPARK_READY) ## add Spark, for those who outgrow one machine (needs Java 17)
setup-s3: $(S3_READY) ## add S3, for senders whose files lie in a bucket
tools: $(TOOLS_READY) ## add what tests, checks and benchmarks need

$(PYTHON):
	@$(PYTHON_FOR_VENV) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "Postloan needs Python 3.11, 3.12 or 3.13; $(PYTHON_FOR_VENV) is another." \
			"Name one: make PYTHON_FOR_VENV=python3.12 setup" >&2; exit 1; }
	@$(PYTHON_FOR_VENV) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python cannot make virtual environments here. On Debian: apt-get install python3-venv" >&2; \
		exit 1; }
	$(PYTHON_FOR_VENV) -m venv $(VENV)

$(READY): requirements.txt | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

# The lock leaves out one library that checks formats nobody asks for, and takes a second to import.
$(TOOLS_READY): requirements-dev.txt $(READY)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

$(SPARK_READY): requirements-spark.txt $(READY)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.txt
	@java -version >/dev/null 2>&1 || echo "Spark needs Java 17 or later. On Debian: apt-get install openjdk-17-jre-headless" >&2
	@touch $@

$(S3_READY): requirements-s3.txt $(READY)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-s3.txt
	@touch $@

run: $(READY) ## sample lender, Airflow, an opening and two business dates, summary
	@$(POSTLOAN) demo

up: $(READY) ## start Airflow and leave its UI running
	@$(POSTLOAN) up

down: $(READY) ## stop Airflow
	@$(POSTLOAN) down

status: $(READY) ## which business dates are open, closed or stale
	@$(POSTLOAN) day status

summary: $(READY) ## what happened on the newest business date
	@$(POSTLOAN) day summary

reconcile: $(READY) ## find and mend dates that were dropped
	@$(POSTLOAN) day reconcile

# Spark takes part where there is Java to run it; its tests say so where there is none.
# Files go to the processes in the order of tests/conftest.py, the long ones first.
# Journeys run a whole Airflow each, which waits for two fifths of the time: two fit on two cores.
test: export POSTLOAN_SOME_DAYS ?= 1
test: $(TOOLS_READY) $(if $(shell command -v java),$(SPARK_READY)) ## the test suite, spread over the cores
	$(PYTHON) -m pytest -m "not journey" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 30
	$(PYTHON) -m pytest -m journey --numprocesses auto --maxprocesses 2 --dist loadfile

test-all: ## the tests of all days on DuckDB and PostgreSQL too: hours
	POSTLOAN_SOME_DAYS= POSTLOAN_TEST_POSTGRES=all $(MAKE) test

fuzz: export POSTLOAN_FUZZ_FILES ?= 10000
fuzz: $(TOOLS_READY) ## 10,000 spoiled files of every feed in every format
	$(PYTHON) -m pytest tests/generative/test_feed_fuzzer.py

kills: export POSTLOAN_KILLS ?= 20
kills: $(TOOLS_READY) $(if $(shell command -v java),$(SPARK_READY)) ## kill task, database and Spark amid a write, 20 times each
	$(PYTHON) -m pytest tests/chaos/test_killed_writes.py

bench: $(TOOLS_READY) ## a million loans: the day beside pandas and Polars, ingestion beside bare DuckDB, the past, all engines
	PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m benchmarks.day
	PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m benchmarks.ingestion
	PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m benchmarks.restate
	PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m benchmarks.engines
	PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m benchmarks.quiet_day
	PYTHONPATH=$(CURDIR)/plugins $(PYTHON) -m benchmarks.spark_scale

lock: $(TOOLS_READY) ## pin the requirements anew, with hashes, for Python 3.11 to 3.13
	for name in requirements requirements-s3 requirements-spark requirements-dev; do \
		$(VENV)/bin/uv pip compile --quiet --no-emit-index-url --universal --python-version 3.11 \
			--no-emit-package rfc3987-syntax --no-emit-package lark \
			--generate-hashes --output-file $$name.txt $$name.in || exit 1; \
	done

sbom: $(TOOLS_READY) ## a bill of materials (CycloneDX) of every set of requirements, in build/
	$(PYTHON) -m make.sbom build

# Needs a network; what it could not look up is an error (exit code 3 of make.audit).
audit: $(TOOLS_READY) ## known vulnerabilities of everything that is pinned; AUDIT='--vulnerability-service osv' asks OSV
	$(PYTHON) -m make.audit $(AUDIT)

include make/checks.mk

$(CHECKS) fix docs: | $(TOOLS_READY)
