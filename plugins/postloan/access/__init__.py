"""Who may act, and the reasons they give."""
