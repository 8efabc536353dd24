"""Looking inside a network: what it is made of, what passes through it, and why it answers as it does."""
