"""Pagination by page number and by cursor."""
