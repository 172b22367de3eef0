"""The log of a lake: a transaction is seen whole or not at all, whoever else writes."""

import json
from pathlib import Path

import pytest

from postloan.errors import WarehouseError
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import (
    CHECKPOINT_EVERY,
    FOLDER,
    WHOLE,
    Change,
    Claim,
    CommitLog,
    Part,
)

DAY, NEXT_DAY = "2026-11-20", "2026-11-21"


def log_of(folder: Path) -> CommitLog:
    return CommitLog(LakeFiles(str(folder)))


def adding(table: str, *parts: Part) -> Change:
    change = Change()
    change.add(table, parts)
    return change


def replacing(table: str, old: Part, new: Part) -> Change:
    change = adding(table, new)
    change.remove(table, [old])
    change.claims.add(Claim(table, new.partition, WHOLE))
    return change


def rewriting(table: str, old: Part, new: Part) -> Change:
    """Some rows removed by a condition: the others are written anew, and nothing is claimed."""
    change = adding(table, new)
    change.remove(table, [old])
    return change


def slicing(table: str, part: Part, told: str) -> Change:
    change = adding(table, part)
    change.claims.add(Claim(table, part.partition, told))
    return change


def test_a_commit_is_seen_by_whoever_looks_next(tmp_path: Path) -> None:
    writer, reader = log_of(tmp_path), log_of(tmp_path)
    before = reader.newest()
    writer.commit(writer.newest(), adding("loan", Part("a", DAY, 3)))
    assert before.tables == {}
    assert reader.newest().tables == {"loan": (Part("a", DAY, 3),)}
    assert log_of(tmp_path).newest() == reader.newest()


def test_all_tables_of_a_transaction_come_in_one_commit(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    change = adding("loan", Part("a", DAY, 3))
    change.add("task", [Part("b", DAY, 1)])
    assert set(log.commit(log.newest(), change).tables) == {"loan", "task"}
    assert [p.name for p in (tmp_path / FOLDER).iterdir()] == ["000000000001.commit.json"]


def test_a_part_that_came_and_went_in_one_transaction_never_was(tmp_path: Path) -> None:
    change = adding("loan", Part("a", DAY, 3))
    change.remove("loan", [Part("a", DAY, 3)])
    assert change.is_empty
    assert change.as_json()["added"] == {} == change.as_json()["removed"]


def test_a_writer_that_comes_second_is_put_behind_the_first(tmp_path: Path) -> None:
    first, second = log_of(tmp_path), log_of(tmp_path)
    old = first.commit(first.newest(), adding("loan", Part("a", DAY, 1), Part("b", NEXT_DAY, 1)))
    second.newest()
    first.commit(old, replacing("loan", Part("a", DAY, 1), Part("c", DAY, 2)))
    both = second.commit(old, replacing("loan", Part("b", NEXT_DAY, 1), Part("d", NEXT_DAY, 2)))
    assert set(both.tables["loan"]) == {Part("c", DAY, 2), Part("d", NEXT_DAY, 2)}
    assert both.number == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            replacing("loan", Part("old", DAY, 1), Part("c", DAY, 2)),
            replacing("loan", Part("old", DAY, 1), Part("d", DAY, 2)),
        ),
        (
            replacing("loan", Part("gone", DAY, 1), Part("c", DAY, 2)),
            adding("loan", Part("d", DAY, 2)),
        ),
        (
            adding("loan", Part("c", DAY, 2)),
            replacing("loan", Part("gone", DAY, 1), Part("d", DAY, 2)),
        ),
        (
            slicing("loan", Part("c", DAY, 1), "source = a"),
            slicing("loan", Part("d", DAY, 1), "source = a"),
        ),
        (
            rewriting("loan", Part("old", DAY, 1), Part("c", DAY, 2)),
            rewriting("loan", Part("old", DAY, 1), Part("d", DAY, 2)),
        ),
    ],
    ids=[
        "both replace",
        "replaced and added to",
        "added to and replaced",
        "the same slice",
        "both rewrite",
    ],
)
def test_two_writers_of_the_same_rows_are_not_both_let_in(
    tmp_path: Path, one: Change, other: Change
) -> None:
    log = log_of(tmp_path)
    base = log.commit(log.newest(), adding("loan", Part("old", DAY, 1)))
    kept = log.commit(base, one)
    with pytest.raises(WarehouseError, match=r"same part of loan .* run it again"):
        log.commit(base, other)
    assert log.newest() == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (adding("loan", Part("c", DAY, 1)), adding("loan", Part("d", DAY, 1))),
        (
            slicing("loan", Part("c", DAY, 1), "source = a"),
            slicing("loan", Part("d", DAY, 1), "source = b"),
        ),
        (
            slicing("loan", Part("c", DAY, 1), "source = a"),
            slicing("loan", Part("d", NEXT_DAY, 1), "source = a"),
        ),
        (
            replacing("loan", Part("x", DAY, 1), Part("c", DAY, 1)),
            replacing("task", Part("x", DAY, 1), Part("c", DAY, 1)),
        ),
    ],
    ids=["both add", "two slices", "one slice of two dates", "two tables"],
)
def test_writers_of_different_rows_do_not_disturb_each_other(
    tmp_path: Path, one: Change, other: Change
) -> None:
    log = log_of(tmp_path)
    base = log.newest()
    log.commit(base, one)
    assert log.commit(base, other).number == 2


def test_half_a_commit_file_cannot_be_seen(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    log.commit(log.newest(), adding("loan", Part("a", DAY, 1)))
    # What a writer leaves that was killed before the file got its name.
    (tmp_path / FOLDER / ".000000000002.commit.json.1234").write_text('{"added": {"loa')
    assert log_of(tmp_path).newest().number == 1
    assert log.commit(log.newest(), adding("loan", Part("b", DAY, 1))).number == 2


@pytest.mark.parametrize("store", ["folder", "object store"])
def test_a_commit_never_takes_the_place_of_another(tmp_path: Path, store: str) -> None:
    files = LakeFiles(str(tmp_path) if store == "folder" else f"memory://{tmp_path.name}")
    files.make_folder(FOLDER)
    assert files.put_json_if_absent(f"{FOLDER}/1.json", {"mine": 1})
    assert not files.put_json_if_absent(f"{FOLDER}/1.json", {"yours": 2})
    assert files.read_json(f"{FOLDER}/1.json") == {"mine": 1}
    assert files.names(FOLDER) == ["1.json"]


def test_a_log_lies_on_an_object_store_as_well(tmp_path: Path) -> None:
    root = f"memory://{tmp_path.name}"
    log, other = CommitLog(LakeFiles(root)), CommitLog(LakeFiles(root))
    for number in range(CHECKPOINT_EVERY + 1):
        log.commit(log.newest(), adding("loan", Part(f"v{number}", DAY, 1)))
    assert other.newest() == log.newest() == CommitLog(LakeFiles(root)).newest()
    before, change = log.newest(), replacing("loan", Part("v1", DAY, 1), Part("new", DAY, 1))
    log.commit(before, change)
    with pytest.raises(WarehouseError, match="run it again"):
        other.commit(before, change)


def test_storage_that_cannot_keep_writers_apart_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_: object, **__: object) -> None:
        raise ValueError("unsupported mode")

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", unable)
    log = CommitLog(LakeFiles(f"memory://{tmp_path.name}"))
    with pytest.raises(WarehouseError, match="memory storage cannot create"):
        log.commit(log.newest(), adding("loan", Part("a", DAY, 1)))


def test_old_commits_need_not_be_read_once_a_checkpoint_holds_their_state(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    for number in range(CHECKPOINT_EVERY + 3):
        log.commit(log.newest(), adding("loan", Part(f"v{number}", DAY, 1)))
    expected = log.newest()
    for number in range(1, CHECKPOINT_EVERY + 1):
        (tmp_path / FOLDER / f"{number:012}.commit.json").unlink()
    assert log_of(tmp_path).newest() == expected
    assert len(expected.tables["loan"]) == CHECKPOINT_EVERY + 3


def test_a_commit_file_can_be_read_by_a_person(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    log.commit(log.newest(), replacing("loan", Part("a", DAY, 1), Part("b", DAY, 2)))
    content = json.loads((tmp_path / FOLDER / "000000000001.commit.json").read_text())
    assert content == {
        "added": {"loan": [["b", DAY, 2]]},
        "removed": {"loan": [["a", DAY, 1]]},
        "claims": [["loan", DAY, WHOLE]],
        "forms": {},
    }


def test_the_columns_of_a_table_come_with_a_commit(tmp_path: Path) -> None:
    form = Form("loan", {"loan_id": "string", "day": "date"}, ("loan_id",), "day")
    log = log_of(tmp_path)
    log.commit(log.newest(), Change(forms={"loan": form}))
    for _ in range(CHECKPOINT_EVERY):
        log.commit(log.newest(), adding("customer", Part("a", DAY, 1)))
    assert log_of(tmp_path).newest().forms == {"loan": form}


def test_rows_by_the_old_columns_are_not_let_in_once_a_table_has_others(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    base = log.newest()
    log.commit(base, Change(forms={"loan": Form("loan", {"loan_id": "string"})}))
    with pytest.raises(WarehouseError, match="part of loan"):
        log.commit(base, adding("loan", Part("a", DAY, 1)))
    log.commit(base, adding("customer", Part("b", DAY, 1)))
