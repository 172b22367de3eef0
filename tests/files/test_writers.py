"""The product's own writers lead nowhere else, whatever others put into the landing zone."""

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postloan.cli import main
from postloan.contracts import catalogue
from postloan.errors import DeliveryError
from postloan.landing.writer import write_delivery
from tests.support.deliveries import OPENING_DAY


def write(landing: Path) -> None:
    feeds = tuple(f for f in catalogue().feeds_of("student_registry"))
    with duckdb.connect(":memory:") as connection:
        for feed in feeds:
            columns = ", ".join(f'"{c.name}" varchar' for c in feed.file_columns)
            connection.execute(f'create table "{feed.name}_opening" ({columns})')
        write_delivery(connection, landing, feeds, OPENING_DAY, opening=True)


def test_a_link_or_a_pipe_in_the_place_of_a_file_is_replaced(tmp_path: Path) -> None:
    precious, landing = tmp_path / "precious", tmp_path / "landing"
    precious.write_text("precious", encoding="utf-8")
    folder = landing / "student_registry" / str(OPENING_DAY)
    folder.mkdir(parents=True)
    (folder / "enrolment.csv").symlink_to(precious)
    (folder / ".manifest.json").symlink_to(precious)
    os.mkfifo(folder / "manifest.json")
    write(landing)
    assert precious.read_text(encoding="utf-8") == "precious"
    assert (folder / "enrolment.csv").is_file()
    assert not (folder / "enrolment.csv").is_symlink()
    assert (folder / "manifest.json").is_file()
    assert not list(landing.glob(".writing/*/*"))


@pytest.mark.parametrize("depth", [0, 1])
def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, depth: int) -> None:
    elsewhere, landing = tmp_path / "elsewhere", tmp_path / "landing"
    elsewhere.mkdir()
    place = landing / "/".join(("student_registry", str(OPENING_DAY))[: depth + 1])
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere)
    with pytest.raises(DeliveryError, match="is a link"):
        write(landing)
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["loan", "explain", "\udcff"], "no UTF-8 text"),
        (["loan", "versions", "a\0b"], "no UTF-8 text"),
        (["feed", "sample", "--seed", "9" * 40], "--seed"),
        (["feed", "sample", "--memory", "1B"], "megabytes"),
        (["feed", "sample", "--memory", "\x1b[2J"], "⟨U+001B⟩"),
        (["admin", "migrate", "--to", "duckdb:///"], "names no file"),
        (["admin", "migrate", "--to", "duckdb:///:memory:"], "names no file"),
        (["day", "close", "--date", "2026-11-20", "--reason", ""], "Give the reason"),
        (["day", "close", "--date", "2026-11-20", "--reason", "\u2800"], "Give the reason"),
        (["day", "close", "--date", "2026-11-20", "--reason", "客户 13800138000"], "of a person"),
        (
            [
                "hold",
                "place",
                "N1",
                "--date",
                "2026-11-20",
                "--customer",
                "C1",
                "--reason",
                ".",
            ],
            "Give the reason",
        ),
        (["day", "close", "--date", "2026-11-20", "--reason", "a\x1b[2J"], "steer a terminal"),
        (["hold", "place", "N1", "--date", "2026-11-20", "--reason", "a\nb"], "line break"),
        (["feed", "import", "--mapping", ".", "--from", "."], "is not a file"),
        (["feed", "fetch", "--source", "\x1b[2J", "--date", "2026-11-20"], "⟨U+001B⟩"),
    ],
)
def test_what_a_command_cannot_use_is_told_plainly(
    home: Path, capsys: pytest.CaptureFixture[str], given: list[str], told: str
) -> None:
    assert main(given) == 1
    said = capsys.readouterr().err
    assert told in said
    assert "defect" not in said
    assert "\x1b" not in said
    assert len(said) < 400


def test_a_mapping_that_is_a_pipe_or_binary_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("pipe", "binary", "missing"):
        assert main(["feed", "import", "--mapping", str(tmp_path / name), "--from", "."]) == 1
        said = capsys.readouterr().err
        assert "Errno" not in said
        assert "codec" not in said


@pytest.mark.parametrize(
    "url", ["http://x:1/?x=); OS user legal", "http://u:p@x", "http://x/a", "ftp://x", "x\x1b"]
)
def test_the_address_of_airflow_is_scheme_host_and_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, home: Any
) -> None:
    monkeypatch.setenv("POSTLOAN_AIRFLOW_URL", url)
    monkeypatch.setenv("POSTLOAN_AIRFLOW_USER", "legal")
    monkeypatch.setenv("POSTLOAN_AIRFLOW_PASSWORD", "x")
    assert main(["day", "close", "--date", "2026-11-20", "--reason", "seen"]) == 1
    assert "scheme, host and port alone" in capsys.readouterr().err
