"""The commands `sample` and `import` write where POSTLOAN_HOME says and report what they wrote."""

import argparse
from datetime import date
from pathlib import Path

import pytest
import yaml

from postloan.cli.feed import import_, sample
from postloan.landing.foreign import MappingError
from postloan.landing.sample import write_sample

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*words: str) -> int:
    """Run one of the two commands as the command line does."""
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(required=True)
    sample.add_parser(subparsers)
    import_.add_parser(subparsers)
    args = parser.parse_args(words)
    return int(args.run(args))


def test_sample_writes_into_the_landing_zone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sample", "--loans", "60", "--days", "2", "--until", "2026-03-02") == 0
    days = sorted(p.name for p in (home / "landing" / "core_banking").iterdir())
    assert days == ["2026-02-28", "2026-03-01", "2026-03-02"]
    said = capsys.readouterr().out
    assert "opening 2026-02-28, daily up to 2026-03-02" in said
    assert "loan" in said


def test_import_writes_where_it_is_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("id\n1\n2\n", encoding="utf-8")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "mapping: people\ntables: {people: people.csv}\n"
        "feeds: {customer: {select: select id as customer_id from people}}\n",
        encoding="utf-8",
    )
    words = ["import", "--mapping", str(mapping), "--from", str(tmp_path)]
    with pytest.raises(MappingError, match="No opening date"):
        run(*words)
    assert run(*words, "--opening", "2026-03-01") == 0
    file = Path("core_banking", "2026-03-01", "customer.csv")
    assert (home / "landing" / file).read_text(encoding="utf-8").splitlines()[1:] == [
        "1,,,,,,,,,",
        "2,,,,,,,,,",
    ]
    assert run(*words, "--opening", "2026-03-01", "--to", str(tmp_path / "elsewhere")) == 0
    assert (tmp_path / "elsewhere" / file).is_file()
    assert "customer" in capsys.readouterr().out


def test_the_registry_speaks_codes_that_the_crosswalk_knows(tmp_path: Path) -> None:
    write_sample(tmp_path, loans=3_000, days=1, seed=5, last_business_date=date(2026, 11, 20))
    known = set()
    for path in (REPOSITORY / "include" / "rules" / "risk").glob("*.yaml"):
        for pack in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            for status in pack.get("statuses", []):
                known |= {(s, str(c)) for s, codes in status["codes"].items() for c in codes}
    sent = set()
    for path in tmp_path.glob("student_registry/*/enrolment.csv"):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            sent.add(tuple(line.split(",")[3:5]))
    assert len(sent) > 10
    assert sent <= known
