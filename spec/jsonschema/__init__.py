"""JSON pointers and `$ref`s, compiled JSON Schema validators, and the string formats that JSON Schema does not define."""
