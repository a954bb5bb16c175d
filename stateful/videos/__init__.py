"""Uploaded videos, and who sees them."""
