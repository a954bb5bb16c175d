"""Subscriptions: the videos, feeds and notifications that followers get, and when."""
