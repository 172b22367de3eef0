"""Scores and alerts about customers."""
