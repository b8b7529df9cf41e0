"""Databases: transactions, derived columns, migrations, backups, a replica."""
