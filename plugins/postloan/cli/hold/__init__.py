"""Legal holds, which keep data beyond its time."""

HELP = "legal holds, which keep data beyond its time"
COMMANDS = ("place", "lift", "list_")
