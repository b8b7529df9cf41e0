"""Views of the accounts' API: auth, sessions, the own account."""
