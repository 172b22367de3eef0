"""Legal cases: preparing them, and the people who decide."""
