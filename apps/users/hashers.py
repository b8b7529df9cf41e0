"""Password hashing."""

import math

from argon2.low_level import Type, hash_secret
from django.contrib.auth.hashers import Argon2PasswordHasher


class StoreArgon2Hasher(Argon2PasswordHasher):
    """Argon2id at the least cost of OWASP's Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane.

    Django's own values take 100 MiB for each login that runs at the moment.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Do the work that a hash of a lesser cost has spared a wrong password.

        Otherwise it would be refused sooner than an unknown user, and so tell that the account is there.
        """
        former = self.decode(encoded)
        spared = self.time_cost * self.memory_cost - former["time_cost"] * former["memory_cost"]
        passes = math.ceil(spared / self.memory_cost)
        if passes > 0:
            hash_secret(
                password.encode(),
                former["salt"].encode(),
                time_cost=passes,
                memory_cost=max(spared // passes, 8 * self.parallelism),
                parallelism=self.parallelism,
                hash_len=32,
                type=Type.ID,
            )
