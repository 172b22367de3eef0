"""Who may log in is a list that a lender writes, and a mistake in it is told."""

import json
import stat
from pathlib import Path

import pytest

from postloan.access.users import users
from postloan.errors import PostloanError
from postloan.local_airflow.environment import airflow_environment, password_file, passwords
from postloan.settings import settings

ADMIN = "  - {user: admin, airflow_role: admin}\n"
WANG = "  - {user: wang, airflow_role: user, duties: [legal_approver]}\n"
ZHAO = '  - {user: zhao, airflow_role: user, duties: [legal_approver], airflow_id: "7"}\n'


def write(home: Path, *people: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "users.yaml").write_text("users:\n" + "".join(people), encoding="utf-8")


def test_an_installation_has_an_operator_a_risk_officer_and_two_legal_approvers() -> None:
    known = users(settings())
    assert len(known.legal_approvers) == 2
    assert {d for u in known.users for d in u.duties} == {
        "operator",
        "risk_officer",
        "legal_approver",
    }
    assert {u.airflow_role for u in known.legal_approvers} == {"user"}


def test_a_lenders_own_list_replaces_ours(home: Path) -> None:
    write(home, ADMIN, WANG, ZHAO)
    assert [u.id_in_airflow for u in users(settings()).legal_approvers] == ["wang", "7"]
    told = airflow_environment(settings(), 8080)["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"]
    assert told == "admin:admin,wang:user,zhao:user"


def test_a_home_that_is_there_is_extended_and_no_password_changes(home: Path) -> None:
    (home / "airflow").mkdir(parents=True)
    password_file(settings()).write_text(json.dumps({"admin": "old", "gone": "x"}))
    made = passwords(settings())
    assert made["admin"] == "old"
    assert "gone" not in made
    assert len(set(made.values())) == len(users(settings()).users) == len(made)
    assert passwords(settings()) == made
    assert stat.S_IMODE(password_file(settings()).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ((WANG, ZHAO), "'admin' with the role admin is missing"),
        ((ADMIN, WANG), "two different"),
        ((ADMIN, WANG, WANG), "twice"),
        ((ADMIN, WANG, WANG.replace("user: wang", "user: Wang")), "user 'wang' stands there twice"),
        ((ADMIN, WANG, ZHAO.replace('"7"', "WANG")), "airflow_id 'wang' stands there twice"),
        ((ADMIN, WANG, WANG.replace("user: wang", "user: ｗａｎｇ")), "users.2.user"),
        ((ADMIN, WANG, ZHAO.replace('"7"', "ｗａｎｇ")), "airflow_id"),
        ((ADMIN, WANG, ZHAO.replace('"7"', "wa\u200bng")), "airflow_id"),
        ((ADMIN, WANG, ZHAO.replace('"7"', "wang")), "airflow_id 'wang' stands there twice"),
        ((ADMIN, WANG, ZHAO.replace("role: user", "role: admin")), "must not approve"),
        ((ADMIN, WANG, ZHAO.replace("user: zhao", 'user: "z:admin,x"')), "users.2.user"),
        ((ADMIN, WANG, ZHAO, "  - {user: x, airflow_role: root}\n"), "airflow_role"),
        ((ADMIN, WANG, ZHAO, "  - {user: x"), "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_is_refused(home: Path, people: tuple[str, ...], told: str) -> None:
    write(home, *people)
    with pytest.raises(PostloanError, match=told) as error:
        users(settings())
    assert "users.yaml" in str(error.value)
    assert "Write it right there" in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b"users:\n  - {user: admin, airflow_role: admin}\n  - {user: a, airflow_role: root}\n",
            r"line 3: users\.1\.airflow_role",
        ),
        (
            b"users:\n  - {user: admin, airflow_role: admin, colour: red}\n",
            r"line 2: users\.0\.colour",
        ),
        (b"users:\n  - user: admin\n", r"line 2: users\.0\.airflow_role"),
        (b"users: 5\n", "line 1: users"),
        (b"- x\n", "line 1: users"),
        (b"", "line 1: users"),
        (b"users:\n  - [\n", "YAML: line 3"),
        (b"users:\n\t- x\n", "YAML: line 2"),
        (b"a: &a [1]\nb: *a\n", "YAML: an alias .* in line 2"),
        (b"users: 1\nusers: 2\n", "a key stands twice in the mapping of line 1"),
        (b"users:\n  - \xff\xfe\n", "line 2: no text in UTF-8"),
        (b'users:\n  - {user: "x\\e[2J", airflow_role: user}\n', r"line 2: users\.0\.user"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(home: Path, content: bytes, told: str) -> None:
    home.mkdir(parents=True)
    (home / "users.yaml").write_bytes(content)
    with pytest.raises(PostloanError, match=told) as error:
        users(settings())
    assert str(error.value).startswith(str(home / "users.yaml"))
    assert str(error.value).isprintable()
    assert "Write it right there" in str(error.value)
