"""A trained network for other people: exported, checked, and shown together with what it gets wrong."""
