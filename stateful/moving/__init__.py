"""What is exported, and what is imported again."""
