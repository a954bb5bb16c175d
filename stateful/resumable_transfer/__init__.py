"""Resumable transfers in chunks (uploads, imports, replacements): model, requests and steps."""
