"""From lines of text to typed rows of one delivery, and the ledger of deliveries."""
