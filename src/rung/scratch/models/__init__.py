"""Whole models built from the layers of scratch; one a file."""
