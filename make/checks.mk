# What `make check` looks at and what `make fix` mends. `check` never writes, and runs all checks
# even when one of them fails.
PYTHON_FOLDERS := dags plugins tests benchmarks make
BIN := $(VENV)/bin
CHECKS := check-types check-dialects check-sql check-style check-imports check-yaml check-docs check-sbom
.PHONY: check fix docs $(CHECKS)

check: ## everything a reviewer should not have to look for; writes nothing
	@$(MAKE) --no-print-directory --keep-going --jobs 2 --output-sync=target $(CHECKS)

check-style:
	$(BIN)/ruff check $(PYTHON_FOLDERS)
	$(BIN)/ruff format --check $(PYTHON_FOLDERS)

check-types:
	$(BIN)/mypy

check-imports:
	PYTHONPATH=plugins $(BIN)/lint-imports --no-logo

check-yaml:
	$(BIN)/yamllint --strict .

check-sql:
	PYTHONPATH=plugins $(PYTHON) -m postloan.sqllint
	$(PYTHON) -m make.lint_sql include/sql --processes 2

# Other engines get a translation: what must be valid there is that, not the file.
check-dialects:
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	PYTHONPATH=plugins $(PYTHON) -m postloan.sqllint --write-translations "$$folder" && \
	for dialect in postgres sparksql; do \
		$(PYTHON) -m make.lint_sql "$$folder/$$dialect" --templater raw --rules LT13 \
			--dialect $$dialect || exit 1; \
	done

check-docs:
	$(POSTLOAN) admin docs --check

# It is made of the lock alone and kept nowhere, so it cannot be out of date: it can be made, or not.
check-sbom:
	$(PYTHON) -m make.sbom --check

fix: ## put the code into the house's form and write the generated documents
	$(BIN)/ruff check --fix $(PYTHON_FOLDERS)
	$(BIN)/ruff format $(PYTHON_FOLDERS)
	$(BIN)/sqlfluff fix --disable-progress-bar --processes 2 include/sql
	$(POSTLOAN) admin docs

docs: ## write the generated pages of docs/
	$(POSTLOAN) admin docs
