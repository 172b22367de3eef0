"""Fetches what a source does not deliver as local files into the landing zone.

Files elsewhere, REST services and databases all end as the same thing: a complete delivery in
`landing/<source>/<date>/`, manifest last, which is then taken in like any other.
"""
