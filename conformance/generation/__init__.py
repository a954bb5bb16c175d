"""Generated requests: drawn by Schemathesis, changed at one place, and reduced to the part that makes a server fail."""
