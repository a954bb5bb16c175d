"""Resumable transfers: uploads, imports, replacements."""
