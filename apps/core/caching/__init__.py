"""Caching of responses in Memcached."""
