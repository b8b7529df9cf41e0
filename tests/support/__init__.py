"""Helpers for tests: servers, processes, proxies, browsers, forms."""
