"""The calls of accounts, by what they are about."""
