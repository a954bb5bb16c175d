"""Sign-up by approval."""
