"""Modules that travel with an export: NumPy and the standard library alone, each a file by itself."""
