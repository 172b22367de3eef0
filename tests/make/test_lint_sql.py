"""What passed is not looked at again; what failed, or was changed, is."""

from pathlib import Path

import pytest
from make.lint_sql import main, unproved

from make import lint_sql

GOOD = "select loan_id\nfrom loan\n"
BAD = "SELECT loan_id from   loan\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lint_sql, "PASSED", tmp_path / "passed")
    (tmp_path / "sql").mkdir()
    return tmp_path / "sql"


def test_a_file_that_passed_is_looked_at_again_when_it_or_what_is_asked_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = folder / "good.sql"
    good.write_text(GOOD, encoding="utf-8")
    assert main([str(folder)]) == 0
    assert not unproved(folder, ())
    assert list(unproved(folder, ("--rules", "LT01"))) == [good]
    config = tmp_path / "config"
    config.write_text("[sqlfluff]\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(lint_sql, "CONFIG", config)
        assert list(unproved(folder, ())) == [good]
    good.write_text(BAD, encoding="utf-8")
    assert main([str(folder)]) != 0


def test_a_file_that_failed_fails_again(folder: Path) -> None:
    (folder / "bad.sql").write_text(BAD, encoding="utf-8")
    assert main([str(folder)]) != 0
    assert main([str(folder)]) != 0
