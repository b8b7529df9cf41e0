"""Nothing is stored here. An app without this module is not told that a migration has ended (`receivers`)."""
