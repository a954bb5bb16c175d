"""The report directory: its lock file, which files in it the product wrote, and writing to it."""
