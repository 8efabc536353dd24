"""Training: one loop, a folder that remembers a run, a score with its interval, and a baseline beside it."""
