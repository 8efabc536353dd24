"""Project digits: read handwritten digits."""
