"""A command records who gives it; `--by` adds a name and replaces nothing."""

import os
import pwd

import pytest

from postloan.cli.acting import acting_person
from postloan.errors import PostloanError

NOBODY = pwd.getpwnam("nobody")


def test_the_user_stands_behind_every_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "general_counsel")
    assert acting_person("Li Lei").startswith("Li Lei (OS user ")
    assert str(os.getuid()) in acting_person()
    assert "general_counsel" not in acting_person("Li Lei")


@pytest.mark.parametrize("name", ["Li (OS user boss, 1)", "Li\nWang", "a|b", "=1+1", "x" * 81])
def test_a_name_cannot_look_like_a_proof(name: str) -> None:
    with pytest.raises(PostloanError, match="--by takes a name"):
        acting_person(name)


def test_a_password_that_airflow_does_not_accept_proves_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POSTLOAN_AIRFLOW_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("POSTLOAN_AIRFLOW_USER", "legal_approver_1")
    monkeypatch.setenv("POSTLOAN_AIRFLOW_PASSWORD", "guessed")
    with pytest.raises(PostloanError, match="nobody can tell who gives this command"):
        acting_person("Li Lei")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_of_the_machine_is_recorded_as_such() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(NOBODY.pw_uid)
        os.write(writing, acting_person("root").encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        assert told.read() == f"root (OS user nobody, {NOBODY.pw_uid})"
