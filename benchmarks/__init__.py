"""Measures the store against references that stand beside it. README.md in this folder tells how."""
