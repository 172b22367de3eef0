"""Refused rows: where they go, what they forbid meanwhile, how they come back."""
