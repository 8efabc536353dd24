"""The terminal: one command a file, each with `arguments(parser)` and `run(options) -> int`."""
