"""Project movies: recommend films."""
