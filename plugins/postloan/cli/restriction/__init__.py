"""What protects a customer until a person decides, each thing by itself."""

HELP = "what protects a customer until a person decides"
COMMANDS = ("list_", "release")
