"""Reading delivered files byte by byte, and the manifest that vouches for them."""
