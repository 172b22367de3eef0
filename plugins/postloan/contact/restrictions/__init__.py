"""What protects a customer until a person decides otherwise: unclear rows, and their release."""
