"""API conventions of every endpoint: views, serializers, pages, problems, the OpenAPI schema."""
