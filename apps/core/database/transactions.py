"""Transactions that are retried when the database rolls them back."""

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from apps.core.database.errors import constraint_of, is_collision, is_serialization_failure

REPEATS = 3
LONGEST_PAUSE_SECONDS = 0.1

P = ParamSpec("P")
ResultT = TypeVar("ResultT")

logger = logging.getLogger(__name__)


def retried_atomic(function: Callable[P, ResultT]) -> Callable[P, ResultT]:
    """Run the function in a transaction, and again when others who wrote at the same time had it taken back.

    That is after a deadlock, a serialization failure or a collision, even one that shows at COMMIT: the next
    attempt finds what the others have left, and refuses or carries on by its own rules. For functions that do
    nothing but work in the database, and leave their arguments as they are. Inside of another transaction it
    is `atomic` only: what was taken back is the whole of that one, for its owner to repeat. Raises what the
    last attempt raised.
    """
    once = transaction.atomic(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> ResultT:
        repeats = 0 if transaction.get_connection().in_atomic_block else REPEATS
        for _attempt in range(repeats):
            try:
                return once(*args, **kwargs)
            except OperationalError as error:
                if not is_serialization_failure(error):
                    raise
                logger.warning("The database took back %s, which is repeated: %s", function.__name__, error)
            except IntegrityError as error:
                if not is_collision(error):
                    raise
                logger.warning(
                    "%s met another write at %s, and is repeated", function.__name__, constraint_of(error)
                )
            time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # those who met do not meet again
        return once(*args, **kwargs)

    return run
