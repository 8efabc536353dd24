"""The lessons, one folder each; a folder is found by its lesson.toml and listed nowhere."""
