"""Backups: the database in one file, and back, on each kind of database."""

from apps.core.database.backups import postgresql, sqlite

TECHNIQUES = {"postgresql": postgresql, "sqlite": sqlite}
