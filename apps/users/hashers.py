"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class StoreArgon2Hasher(Argon2PasswordHasher):
    """Argon2id at the least cost of OWASP's Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane.

    Django's own values take 100 MiB for each login that runs at the moment.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
