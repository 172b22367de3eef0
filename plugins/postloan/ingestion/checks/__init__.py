"""What is checked about a whole delivery, and its proof."""
