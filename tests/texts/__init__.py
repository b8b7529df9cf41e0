"""Tests of what people read: languages, words, documentation."""
