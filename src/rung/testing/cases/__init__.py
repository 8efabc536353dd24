"""The table of cases, one file a family of parts; each lists its rows in ROWS and is found by looking."""
