"""Project next-word: guess the next word."""
