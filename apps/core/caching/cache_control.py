"""Values of the header `Cache-Control`."""

# For one reader alone; for all alike. Whoever keeps it asks before each use whether it still holds.
PRIVATE, PUBLIC = "private, no-cache", "public, no-cache"
# For what may change at any moment. Errors are sent with it too: a cache may keep some of them by itself
# (RFC 9110, 15.1), a 404 among them, and the row can come the next moment.
NO_STORE = {"Cache-Control": "no-store"}
