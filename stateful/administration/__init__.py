"""What administrators do to users."""
