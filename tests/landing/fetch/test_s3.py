"""Files in a bucket, behind a real S3 server that checks signatures and rights."""

import gzip
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from postloan.settings import REPOSITORY
from tests.landing.fetch.conftest import Installation
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, OPENING_DAY, Lender
from tests.support.rule_files import RuleFiles

pytest.importorskip("s3fs", reason="nothing reads S3 here: make setup-s3")
boto3 = pytest.importorskip("boto3", reason="nothing writes to S3 here: make tools")
pytest.importorskip("moto", reason="there is no S3 server here: make tools")

BUCKET, OTHER_BUCKET = "bank-outgoing", "bank-archive"
WRONG = "s3cret-of-last-year"  # made up
LARGE = 384 << 20


@pytest.fixture
def engine() -> str:
    """Sources are fetched before the warehouse; one engine shows it."""
    return "duckdb"


@dataclass
class Bucket:
    """A bucket on a running server, and the one user who may use it."""

    url: str
    key: str
    secret: str

    def __post_init__(self) -> None:
        self.client: Any = boto3.client(
            "s3", endpoint_url=self.url, aws_access_key_id=self.key,
            aws_secret_access_key=self.secret, region_name="us-east-1",
        )  # fmt: skip

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the delivery of the opening day."""
        key = f"core_banking/{OPENING_DAY}/{name}"
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def put_all(self, folder: Path) -> None:
        """Write a delivery, the manifest last."""
        for path in sorted(folder.iterdir(), key=lambda p: p.name == "manifest.json"):
            self.put(path.name, path.read_bytes())

    def connection(self, **other: Any) -> dict[str, Any]:
        """The Airflow connection of the one user."""
        extra = {"endpoint_url": self.url, "region_name": "us-east-1"}
        terms = {"conn_type": "aws", "login": self.key, "password": self.secret, "extra": extra}
        return {**terms, **other}


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    script = REPOSITORY / "tests" / "support" / "s3_source.py"
    with subprocess.Popen(
        [sys.executable, str(script), BUCKET], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        port, key, secret = (process.stdout.readline().strip() for _ in range(3))
        yield Bucket(f"http://127.0.0.1:{port}", key, secret)
        process.kill()


@pytest.fixture
def sender(lender: Lender, tmp_path: Path) -> Lender:
    """Somebody elsewhere who has written a delivery."""
    elsewhere = Lender(tmp_path / "elsewhere", lender.warehouse)
    elsewhere.send(customer=[CUSTOMER], loan=[LOAN], instalment=[INSTALMENT])
    return elsewhere


@pytest.fixture
def by_s3(installed: Installation, bucket: Bucket) -> Installation:
    """Core banking delivers to a bucket."""
    deliver_to(installed, BUCKET)
    installed.connection("core_s3", **bucket.connection())
    return installed


def deliver_to(installed: Installation, bucket: str) -> None:
    installed.source(
        "core_banking",
        f'kind: files\nconnection: core_s3\npath: "s3://{bucket}/{{source}}/{{business_date}}"\n',
    )


def replace(sender: Lender, feed: str, name: str, content: bytes) -> None:
    """Deliver a feed in another file than the one that was sent."""
    manifest = sender.manifest()
    entry = next(f for f in manifest["files"] if f["feed"] == feed)
    folder = sender.folder(OPENING_DAY)
    (folder / entry["file"]).unlink()
    (folder / name).write_bytes(content)
    entry |= {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
    sender.write_manifest(OPENING_DAY, "core_banking", manifest)


def landed(installed: Installation) -> Path:
    return installed.home / "landing" / "core_banking" / OPENING_DAY.isoformat()


def test_a_packed_file_with_a_flag_comes_from_a_bucket_into_the_warehouse(
    by_s3: Installation, bucket: Bucket, sender: Lender, lender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", {"compression": "gzip", "flag": ".ok"})
    plain = (sender.folder(OPENING_DAY) / "customer.csv").read_bytes()
    replace(sender, "customer", "customer.csv.gz", gzip.compress(plain))
    bucket.put_all(sender.folder(OPENING_DAY))

    waits = by_s3.fetch("core_banking")
    assert (waits.returncode, waits.stderr) == (
        1, "postloan: core_banking 2026-11-19: the source has not written customer.csv.gz.ok yet, "
        "so what it completes may still be on its way.\n",
    )  # fmt: skip
    assert not (landed(by_s3) / "manifest.json").exists()

    bucket.put("customer.csv.gz.ok", b"")
    said = by_s3.fetch("core_banking")
    assert (said.returncode, said.stderr) == (0, "")
    for path in sender.folder(OPENING_DAY).iterdir():
        assert (landed(by_s3) / path.name).read_bytes() == path.read_bytes(), path.name
    lender.take_in()
    assert lender.ids("customer", "customer_id") == ["C1"]
    assert lender.ids("loan", "loan_id") == ["L1"]


@pytest.mark.parametrize("trouble", ["secret", "another's bucket", "no server"])
def test_a_bucket_that_cannot_be_read_is_told_without_a_secret(
    by_s3: Installation, bucket: Bucket, sender: Lender, trouble: str
) -> None:
    bucket.put_all(sender.folder(OPENING_DAY))
    wrong: dict[str, Any] = {
        "secret": {"password": WRONG},
        "no server": {"extra": {"endpoint_url": "http://127.0.0.1:1"}},
    }
    by_s3.connection("core_s3", **bucket.connection(**wrong.get(trouble, {})))
    named = OTHER_BUCKET if trouble == "another's bucket" else BUCKET
    deliver_to(by_s3, named)
    said = by_s3.fetch("core_banking")
    assert said.returncode == 1, said.stdout
    (line,) = said.stderr.splitlines()
    assert f"core_banking 2026-11-19: s3://{named} (connection 'core_s3') cannot be read" in line
    remedy = "it can be reached" if trouble == "no server" else "look at user or key, secret and"
    assert remedy in line
    for word in (bucket.secret, bucket.key, WRONG):
        assert word not in said.stdout + said.stderr
    assert not (landed(by_s3) / "manifest.json").exists()


def test_who_waits_for_a_delivery_is_told_in_which_bucket(by_s3: Installation) -> None:
    said = by_s3.fetch("core_banking")
    assert (said.returncode, said.stderr) == (
        1, "postloan: core_banking 2026-11-19: the source has not written manifest.json to "
        f"s3://{BUCKET} (connection 'core_s3') yet.\n",
    )  # fmt: skip


def test_a_connection_to_a_bucket_that_is_not_there_is_told_and_nobody_else_is_asked(
    by_s3: Installation,
) -> None:
    by_s3.connections.clear()
    said = by_s3.fetch("core_banking")
    assert said.returncode == 1
    (line,) = said.stderr.splitlines()
    assert "AIRFLOW_CONN_CORE_S3" in line


def test_a_file_that_outgrew_what_its_contract_allows_is_refused_and_not_seen(
    by_s3: Installation, bucket: Bucket, sender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", {"maxBytes": 1000})
    replace(sender, "customer", "customer.csv", b"x" * 1001)
    bucket.put_all(sender.folder(OPENING_DAY))
    said = by_s3.fetch("core_banking")
    assert said.returncode == 1
    assert "core_banking 2026-11-19: customer.csv: larger than the 1,000 bytes" in said.stderr
    assert not (landed(by_s3) / "customer.csv").exists()
    assert not (landed(by_s3) / "manifest.json").exists()


def test_a_large_file_is_never_whole_in_memory(
    by_s3: Installation, bucket: Bucket, sender: Lender
) -> None:
    bucket.put_all(sender.folder(OPENING_DAY))
    usual = by_s3.memory_of_fetch("core_banking")
    (landed(by_s3) / "manifest.json").unlink()
    replace(sender, "customer", "customer.csv", bytes(LARGE))
    bucket.put_all(sender.folder(OPENING_DAY))
    # The file system reads fifty MiB ahead.
    assert by_s3.memory_of_fetch("core_banking") - usual < LARGE * 3 / 4
    assert (landed(by_s3) / "customer.csv").stat().st_size == LARGE
