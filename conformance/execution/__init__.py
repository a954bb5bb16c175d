"""Runs tests against a target: worker sessions, operation phases, and what hand-written tests assert with."""
