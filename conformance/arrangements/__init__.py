"""Arrangements: functions that prepare a request so that it succeeds or meets a documented error, one module per API
topic."""
