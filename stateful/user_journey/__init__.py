"""The whole journey of a user, from registration to account deletion: model and comparisons."""
