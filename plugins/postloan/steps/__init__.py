"""The business steps of a day; each is one function of warehouse and business date."""
