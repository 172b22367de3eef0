"""The business date: its ledger, its gates, its summary, its end."""
