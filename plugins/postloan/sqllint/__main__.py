"""Every check of the SQL that is ours: `python -m postloan.sqllint`.

One line per finding, `file:line: rule: message`; it fails if there is one.
"""

import sys
from pathlib import Path

from sqlglot import exp

from postloan.settings import REPOSITORY
from postloan.sqllint.findings import Finding
from postloan.sqllint.house_rules import House, house_findings, model_findings
from postloan.sqllint.portability import portability_findings
from postloan.sqllint.python_statements import python_findings
from postloan.sqllint.sentences import sentence_findings
from postloan.warehouse.models import (
    load_model,
    made_models,
    model_names,
    parse,
    sql_folder,
)

PACKAGE = Path(__file__).parents[1]


def findings(folder: Path) -> list[Finding]:
    """All findings in the SQL files below a folder, in order of file and line.

    Of those of the installation also what is made beside them, and what stands in Python.
    """
    found: list[Finding] = []
    house = House(folder)
    paths = sorted(folder.rglob("*.sql"))
    for path in paths:
        portable = list(portability_findings(path, path.read_text(encoding="utf-8")))
        found += portable
        # What cannot be parsed cannot be judged by the other rules either.
        if not any(f.rule in ("syntax", "one-select") for f in portable):
            found += house_findings(path, house)
    is_house = folder == sql_folder()
    found += sentence_findings(paths, is_all=is_house)
    for model in made_models() if is_house else ():
        found += [*portability_findings(model.path, model.text), *model_findings(model, house)]
    found += python_findings(PACKAGE, house) if is_house else ()
    return sorted(set(found))


def write_translations(folder: Path) -> None:
    """Write every SQL file as PostgreSQL and Spark would get it, for a lint of those dialects.

    Args:
        folder: one folder per dialect is made below it, by the names that SQLFluff uses.
    """
    for dialect, name in (("postgres", "postgres"), ("spark", "sparksql")):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for model in map(load_model, model_names()):
            tree = parse(model.text).copy()
            for parameter in list(tree.find_all(exp.Placeholder)):
                parameter.replace(exp.null())
            text = tree.sql(dialect, pretty=True, comments=False)
            # Spark 4 has this form, SQLFluff does not know it yet.
            text = text.replace("WITHIN GROUP", "WITHIN /* noqa: PRS */ GROUP")
            (folder / name / f"{model.name}.sql").write_text(f"{text}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print the findings of `include/sql`; 1 if there is one, else 0.

    Args:
        arguments: `--write-translations <folder>` to write the translations as well.
    """
    match arguments:
        case ["--write-translations", folder]:
            write_translations(Path(folder))
        case [_, *_]:
            sys.stderr.write("usage: sqllint [--write-translations <folder>]\n")
            return 2
    found = findings(sql_folder())
    for finding in found:
        sys.stdout.write(f"{finding.relative_to(REPOSITORY)}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
