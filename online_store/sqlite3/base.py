"""The database wrapper that `ENGINE = "online_store.sqlite3"` names."""

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    """State SQLite's own limit (https://sqlite.org/limits.html, since 3.32) in place of the former 999.

    With 999 a long order would be written in several statements, the more the longer it is.
    """

    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with the features above."""

    features_class = DatabaseFeatures
