"""One data set a file: its card, and `load()`. A new file here is a new data set."""
