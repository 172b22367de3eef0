"""From the opening of the book to the close of its newest date, and what each date brought."""

HELP = "open, run and close a business date; see what happened on it"
COMMANDS = ("open_", "run", "close", "reconcile", "status", "summary", "suppress")
