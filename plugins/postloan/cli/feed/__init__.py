"""Files of a feed on their way into the landing zone, and the rows of them that were refused."""

HELP = "try, fetch, import and correct what senders deliver"
COMMANDS = ("check", "template", "fetch", "import_", "sample", "requeue")
