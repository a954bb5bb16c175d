"""Decoding and validation of requests and responses against an operation of the contract."""
