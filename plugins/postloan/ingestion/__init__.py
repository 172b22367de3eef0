"""Deliveries in: files read, checked and laid down as facts, nothing lost on the way."""
