"""The linter of include/sql: portability and the house rules of SQL files."""
