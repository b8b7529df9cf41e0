"""How every endpoint speaks: views, serializers, pages, problems, the OpenAPI schema."""
