"""Reading, bundling, upgrading and repairing OpenAPI documents."""
