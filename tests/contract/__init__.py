"""Tests of the API as a whole: the schema, problems, permissions, hostile input."""
