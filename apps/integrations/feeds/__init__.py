"""Feeds: all products on sale in files that other systems fetch."""
