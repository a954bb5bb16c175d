"""Compares two run documents: regressions, fixes and changed behaviour."""
