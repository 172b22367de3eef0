"""`python -m postloan feed …`: everything a person does with one feed."""

import argparse
from importlib import import_module

FEED_COMMANDS = ("check", "template", "requeue")
"""Modules `postloan.cli.feed_<name>`, each with `add_parser`."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `feed` command with its own commands."""
    parser = subparsers.add_parser("feed", help="test a feed's file before it is sent, and more")
    nested = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in FEED_COMMANDS:
        import_module(f"postloan.cli.feed_{name}").add_parser(nested)
