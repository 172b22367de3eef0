"""Text from outside and text for people: JSON, YAML, what may be shown, advice."""
