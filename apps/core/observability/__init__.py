"""Logs, metrics, health and the id of a request."""
