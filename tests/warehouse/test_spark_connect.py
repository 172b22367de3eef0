"""Spark in a process of its own: a Spark Connect server."""

from pathlib import Path

import pytest

from postloan.errors import WarehouseError
from postloan.warehouse import open_warehouse
from postloan.warehouse.capabilities import ReadsPlainFiles
from tests.support.slice_writer import CONTENTS, DAY, held, prepare, replace_slice, undisturbed
from tests.support.spark import why_no_spark
from tests.support.spark_cluster import running_connect_server

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(why_no_spark() is not None, reason=why_no_spark() or ""),
]

EIGHTS = 5


def test_a_spark_connect_server_does_the_same_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("a\n" + "".join(f"{n}\n" for n in range(2, 200_002)), encoding="utf-8")
    with running_connect_server(tmp_path) as server:
        url = f"spark:///{tmp_path}/lake?remote={server}&local_rows=0"
        with open_warehouse(url) as warehouse:
            prepare(warehouse, EIGHTS)
            for content in CONTENTS:
                replace_slice(warehouse, content, EIGHTS)
            assert held(warehouse) == undisturbed(content, EIGHTS)
            assert isinstance(warehouse, ReadsPlainFiles)
            typed = {"a": "cast(a as bigint)"}
            assert warehouse.load_plain("plain", path, ["a"], typed, "typed_a > 5") == 199_996
            assert warehouse.scalar("select count(*) from plain where a <> line_no") == 0
            with pytest.raises(WarehouseError, match="CAST_INVALID_INPUT") as caught:
                warehouse.fetch("select cast(pack || 'secret' as date) as d from rule_version")
        with open_warehouse(url) as warehouse:
            assert warehouse.count("rule_version", DAY) == 7 * 8 ** (EIGHTS - 1)
    assert "0secret" not in str(caught.value) + "".join(capfd.readouterr())
