"""Arrangements: functions that make a request succeed or meet a documented error, one module per API topic."""
