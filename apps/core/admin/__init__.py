"""Base classes of all admin pages."""
