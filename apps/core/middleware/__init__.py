"""Middleware that knows no app."""
