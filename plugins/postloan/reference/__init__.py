"""The generated documents: what the contracts, SQL files and DAGs say, for people to read."""
