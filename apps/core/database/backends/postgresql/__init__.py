"""Django's PostgreSQL backend, whose pool tells ended connections by looking, not by asking."""
