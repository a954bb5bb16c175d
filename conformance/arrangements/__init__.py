"""Arrangements: one module per topic of the contract."""
