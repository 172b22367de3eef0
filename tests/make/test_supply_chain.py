"""What is installed was pinned, is told to whoever asks, and is looked up or said not to be."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from make.audit import CANARY, CLEAN, COULD_NOT_LOOK, FOUND, audit
from make.locks import LOCKS, REPOSITORY, read_lock
from make.sbom import bill_of

LOCK = """\
requests==2.34.2 \\
    --hash=sha256:2a0d60c172f83ac6ab31e4554906c0f3b3588d37b5cb939b1c061f4907e278e0
    # via -r requirements.in
idna==3.20 ; python_version < '3.12' \\
    --hash=sha256:f288924cae4e29463698d6d60bc6a4da69c89185ad1e0bcc4104f584e960b9ed
    # via
    #   requests
"""


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_with_hashes(name: str) -> None:
    text = (REPOSITORY / f"{name}.txt").read_text(encoding="utf-8")
    pins = read_lock(REPOSITORY / f"{name}.txt")
    assert len(pins) > 100
    assert [pin.name for pin in pins if not pin.hashes] == []
    assert "://" not in text
    # Nothing stands in the file that pip would take without a hash.
    assert len(re.findall(r"^[^\s#]", text, re.MULTILINE)) == len(pins)


def test_nothing_is_installed_without_hashes() -> None:
    for file in ("Makefile", "Dockerfile"):
        text = (REPOSITORY / file).read_text(encoding="utf-8").replace("\\\n", " ")
        installs = [line for line in text.splitlines() if "pip install" in line]
        assert installs
        assert [line for line in installs if "--require-hashes" not in line] == []


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(LOCK, encoding="utf-8")
    return path


def test_the_bill_of_materials_tells_packages_hashes_and_who_needs_them(lock: Path) -> None:
    text = bill_of(lock)
    assert bill_of(lock) == text
    bom = json.loads(text)
    assert {c["purl"] for c in bom["components"]} == {
        "pkg:pypi/requests@2.34.2",
        "pkg:pypi/idna@3.20",
    }
    idna = next(c for c in bom["components"] if c["name"] == "idna")
    assert idna["externalReferences"][0]["hashes"][0]["content"].startswith("f288924c")
    needs = {d["ref"]: d["dependsOn"] for d in bom["dependencies"]}
    assert needs["postloan"] == ["pkg:pypi/requests@2.34.2"]
    assert needs["pkg:pypi/requests@2.34.2"] == ["pkg:pypi/idna@3.20"]
    assert "timestamp" not in text
    assert "serialNumber" not in text


Reply = Callable[[str, str], tuple[int, str]]
"""From name and version to the status and text of an answer."""


def _finding(number: str) -> str:
    return json.dumps({"vulns": [{"id": number, "affected": []}]})


def _knows(findings: dict[tuple[str, str], str]) -> Reply:
    def reply(name: str, version: str) -> tuple[int, str]:
        number = findings.get((name, version))
        return 200, _finding(number) if number else "{}"

    return reply


@contextmanager
def _service(reply: Reply) -> Iterator[str]:
    """A service that speaks the protocol of OSV."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, text = reply(asked["package"]["name"], asked["version"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()


def _audit(lock: Path, url: str) -> int:
    return audit([lock], ["--vulnerability-service", "osv", "--osv-url", url])


def test_an_audit_tells_what_is_known(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _service(_knows({CANARY: "PYSEC-2019-217"})) as url:
        assert _audit(lock, url) == CLEAN
    with _service(_knows({CANARY: "PYSEC-2019-217", ("idna", "3.20"): "PYSEC-1"})) as url:
        assert _audit(lock, url) == FOUND
    assert "idna 3.20: PYSEC-1" in capsys.readouterr().out


def _silent_about_idna(name: str, version: str) -> tuple[int, str]:
    return (404, "") if name == "idna" else _knows({CANARY: "PYSEC-2019-217"})(name, version)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda *_: (200, "{}"), id="knows nothing"),
        pytest.param(lambda *_: (200, "<html>log in</html>"), id="garbage"),
        pytest.param(lambda *_: (200, ""), id="empty"),
        pytest.param(lambda *_: (503, ""), id="out of order"),
        pytest.param(_silent_about_idna, id="one is unknown"),
    ],
)
def test_an_audit_that_could_not_look_fails(
    reply: Reply, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _service(reply) as url:
        assert _audit(lock, url) == COULD_NOT_LOOK
    told = capsys.readouterr()
    assert "Could not look" in told.err
    assert "looked up" not in told.out


def test_an_audit_that_reaches_nobody_fails(lock: Path, tmp_path: Path) -> None:
    assert _audit(lock, "http://127.0.0.1:9/v1/query") == COULD_NOT_LOOK
    nothing = tmp_path / "empty.txt"
    nothing.write_text("", encoding="utf-8")
    assert audit([nothing]) == COULD_NOT_LOOK
