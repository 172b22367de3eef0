"""From a task back to its facts, and what was known of loans on any date."""

HELP = "why a task is there; what was known of a loan, and when"
COMMANDS = ("explain", "versions", "stages")
