"""Builds the run document (`run.json`) from the records of a run, and holds its JSON Schema."""
