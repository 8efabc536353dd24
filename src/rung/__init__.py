"""rung: learn deep learning by doing it, one runnable step at a time."""

__version__ = "0.1.0"
