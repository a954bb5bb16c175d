"""User exports and imports: what an account holds, its archive, and the steps."""
