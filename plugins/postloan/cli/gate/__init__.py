"""What is held back, and let go by a person whose name and reason stay with it."""

HELP = "let go what a gate or the opening of the book holds back"
COMMANDS = ("release", "release_opening")
