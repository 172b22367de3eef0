"""An installation: what it needs, who may do what in it, and where it lies."""

HELP = "set an installation up, examine it, move it"
COMMANDS = ("doctor", "docs", "roles", "migrate", "airflow_env", "compose_env", "prepare")
