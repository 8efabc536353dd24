"""Project objects-10: say which of ten things a small photograph shows."""
