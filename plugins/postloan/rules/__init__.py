"""Policy: dated rule packs, and the rows they become when a business date opens."""
