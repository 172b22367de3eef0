"""Whether and how a customer may be contacted."""
