"""Every way to fill the landing zone: fetch, foreign deliveries, the sample lender."""
