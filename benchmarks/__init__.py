"""What the claims about speed are measured with; peers side by side in one run."""
