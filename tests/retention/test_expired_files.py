"""Files that have expired go from where they lie, and nothing else goes."""

from pathlib import Path

import pytest

from postloan.retention import expire as expiring
from postloan.retention.files import ExpiredFile, delete_files
from postloan.rules.retention import retained_files
from tests.support.archive import NOW, OLD, RECENT, Archive
from tests.support.swapping import swapped_at, tree


def test_what_lies_beside_the_files_of_a_delivery_goes_with_them(archive: Archive) -> None:
    for day in (OLD, RECENT):
        delivery = archive.home.landing / "core_banking" / str(day)
        # Where earlier versions kept it, and where it lies today.
        archive.add_file(delivery / ".fetch/loan/page-1.jsonl")
        unfinished = archive.home.landing / ".writing" / "core_banking" / str(day)
        archive.add_file(unfinished / "loan" / "page-1.jsonl")
        archive.add_file(archive.home.corrections / "core_banking" / str(day) / "loan-1.csv")
        archive.add_file(archive.home.data_docs / "core_banking" / str(day) / "r1" / "index.html")
    gone = archive.expire()
    assert not (archive.home.landing / "core_banking" / str(OLD)).exists()
    unfinished = archive.home.landing / ".writing"
    for folder in (archive.home.data_docs, archive.home.corrections, unfinished):
        assert not (folder / "core_banking" / str(OLD)).exists()
    assert gone["data docs of core_banking"].quantity == 1
    for kept in (
        f"landing/core_banking/{RECENT}/.fetch/loan/page-1.jsonl",
        f"landing/.writing/core_banking/{RECENT}/loan/page-1.jsonl",
        f"corrections/core_banking/{RECENT}/loan-1.csv",
        f"data_docs/core_banking/{RECENT}/r1/index.html",
    ):
        assert kept in archive.files()


@pytest.mark.parametrize("depth", [1, 2], ids=["source", "date"])
def test_a_folder_swapped_for_a_link_leads_no_deletion_elsewhere(
    archive: Archive, tmp_path: Path, depth: int
) -> None:
    landing, elsewhere = archive.home.landing, tmp_path / "elsewhere"
    for folder in (elsewhere, elsewhere / str(OLD)):
        archive.add_file(folder / "manifest.json")
        archive.add_file(folder / "loan.csv")
        (folder / "empty").mkdir()
    before, step, taken, refused = tree(elsewhere), 0, [1], 0
    rule = next(iter(retained_files(NOW).values()))
    while step <= taken[0]:
        step += 1
        source = landing / f"source_{step}"
        paths = [source / str(OLD) / n for n in ("manifest.json", "loan.csv", "empty/page.jsonl")]
        for path in paths:
            archive.add_file(path)
        files = tuple(ExpiredFile("deliveries", OLD, landing, p, rule) for p in paths)
        swapped = (source, source / str(OLD))[depth - 1]
        with swapped_at(step, swapped, elsewhere, landing) as taken:
            try:
                delete_files(files)
            except NotADirectoryError:
                refused += 1
        assert tree(elsewhere) == before, f"step {step}"
    assert 0 < refused < step
    assert not source.joinpath(str(OLD)).exists()


def test_a_crash_before_the_files_go_is_mended_by_running_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_files: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(expiring, "delete_files", killed)
        with pytest.raises(KeyboardInterrupt):
            archive.expire()
    records = archive.records()
    assert f"landing/core_banking/{OLD}/loan.csv" in archive.files()
    archive.expire()
    assert f"landing/core_banking/{OLD}/loan.csv" not in archive.files()
    assert archive.records() == records


def test_a_link_out_of_the_installation_is_not_followed(archive: Archive, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / str(OLD)
    outside.mkdir(parents=True)
    (outside / "keep.csv").write_text("x", encoding="utf-8")
    (archive.home.landing / "linked").symlink_to(tmp_path / "outside")
    archive.expire()
    assert (outside / "keep.csv").exists()
