"""The web application: the map, the lessons, the record, the runs."""

from .server import serve

__all__ = ["serve"]
