"""Runs tests against a target: worker sessions, operation phases, and the assertions of hand-written tests."""
