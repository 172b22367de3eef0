"""Somebody at a terminal who looks at what protects customers, and releases it."""

import pytest

from postloan.cli import main

WHY = ("--by", "Wang", "--reason", "looked at the paper")


class Desk:
    """Somebody who gives commands and reads what they say."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def says(self, *command: str) -> tuple[int, str]:
        code = main([*command])
        told = self.capsys.readouterr()
        return code, told.out + told.err

    def releases(self, kind: str, customer_id: str) -> tuple[int, str]:
        command = ("restriction", "release", "--kind", kind, "--customer", customer_id)
        return self.says(*command, *WHY)

    def lists(self, *options: str) -> list[str]:
        """The things that `restriction list` shows, a line each."""
        code, told = self.says("restriction", "list", *options)
        assert code == 0
        return [line.strip() for line in told.splitlines() if line.startswith("  ")]
