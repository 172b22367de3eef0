"""What senders are told is what the product takes."""

import re

from postloan.contracts import catalogue
from postloan.ingestion.reading.manifest import Manifest
from postloan.settings import REPOSITORY


def test_the_manifest_that_senders_are_shown_can_be_read() -> None:
    text = (REPOSITORY / "docs" / "feeds.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    manifest = Manifest.model_validate_json(shown)
    feeds = {f.name: f for f in catalogue().feeds_of(manifest.source)}
    for file in manifest.files:
        assert set(file.control_totals) <= {
            c.name for c in feeds[file.feed].file_columns if c.scale
        }
    assert any(file.control_totals for file in manifest.files)
