"""Task files: what each receiver gets, and how it is published."""
