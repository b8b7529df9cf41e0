"""How the database is written into a file, and taken back from it, on each kind of database."""

from apps.core.database.backups import postgresql, sqlite

TECHNIQUES = {"postgresql": postgresql, "sqlite": sqlite}
