"""Profiles and preferences of users, and their avatars."""
