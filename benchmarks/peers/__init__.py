"""What the days-past-due-and-stage step is held against."""
