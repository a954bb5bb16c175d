"""Every list of the API over a known population."""
