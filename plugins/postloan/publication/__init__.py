"""What leaves the house: tasks, their ledger, and the files made from it."""
