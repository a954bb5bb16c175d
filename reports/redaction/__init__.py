"""Removal of secrets, and escaping of control characters and CI workflow commands, in everything that is written."""
