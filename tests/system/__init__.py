"""Tests of several apps, processes or services together."""
