"""From register to account deletion."""
