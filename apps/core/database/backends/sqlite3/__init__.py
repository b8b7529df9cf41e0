"""Django's SQLite backend, allowed as many values in a statement as SQLite itself allows."""
