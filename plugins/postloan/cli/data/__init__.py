"""Rows of the tables, personal data masked, and what expires of them."""

HELP = "rows of the tables, and what expires of them"
COMMANDS = ("show", "expire")
