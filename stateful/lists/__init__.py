"""Flows over every list of the API, compared with a known population."""
