"""What users say of themselves, and their pictures."""
