"""What subscribers learn, and when."""
