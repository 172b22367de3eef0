"""What lies in the landing zone: due, out of place, refused, not taken in."""
