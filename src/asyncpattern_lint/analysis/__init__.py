"""What a use refers to, and whether that can serve it."""
