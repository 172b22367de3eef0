"""What only those who build the product run: a bill of materials, an audit of what it rests on."""
