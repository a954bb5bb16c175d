"""Lint rules for the contract source: `python -m peertube_conformance.spec.lint [FOLDER ...]`."""
