"""User exports and imports: the data of an account, its archive, and the steps of the flow."""
