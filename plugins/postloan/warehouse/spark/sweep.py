"""Removing files that count for nobody any more.

Replaced parts stay for a while, because somebody may still be reading them; what a killed job left
was never named by a commit. Both go once they are old enough.
"""

from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import CommitLog, Part
from postloan.warehouse.spark.store import SCRATCH


def sweep(files: LakeFiles, log: CommitLog, keep_hours: int) -> None:
    """Remove what no commit of the last hours names, and temporary tables that were left behind.

    Args:
        files: the lake.
        log: its log.
        keep_hours: how long things are kept that somebody may still read.
    """
    named = log.named_within(keep_hours)
    for table, form in log.newest().forms.items():
        for folder in files.names(table):
            path = f"{table}/{folder}"
            if folder.startswith("version=") and files.age_hours(path) >= keep_hours:
                _sweep_version(files, form, folder.removeprefix("version="), named)
    for session in files.names(SCRATCH):
        if files.age_hours(f"{SCRATCH}/{session}") >= keep_hours:
            files.remove(f"{SCRATCH}/{session}")


def _sweep_version(files: LakeFiles, form: Form, version: str, named: set[Part]) -> None:
    kept = {part.partition for part in named if part.version == version}
    path, column = f"{form.name}/version={version}", form.partition
    if not kept:
        files.remove(path)
    elif column:
        for folder in files.names(path):
            name, _, value = folder.partition("=")
            if name == column and value not in kept:
                files.remove(f"{path}/{folder}")
