"""Days past due and stages, as of any date and by what was known at any time."""
