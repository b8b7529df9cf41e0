"""Database errors caused by others: it is unreachable, or concurrent writes conflict."""

from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from psycopg_pool import PoolTimeout

BUSY_SECONDS = 1  # somebody else has what is wanted: a row, a connection, SQLite's file
AWAY_SECONDS = 5  # the database is out of reach, starting, full or slow

# PostgreSQL, appendix A of its manual.
_UNDONE = {"40001", "40P01"}  # serialization failure, deadlock
_COLLISIONS = {"23503", "23505"}  # foreign key, unique constraint
_LOCK_NOT_AVAILABLE = "55P03"
_LIMIT_OF_THE_PROGRAM = "54"  # too complex, too many arguments
# psycopg calls these internal errors: read-only, as a standby is; idle for too long inside a transaction.
_PASSING_INTERNAL = {"25006", "25P03", "25P04"}
# SQLite, the low byte of a result code (https://sqlite.org/rescode.html).
_SQLITE_ERROR = 1  # wrong SQL, a missing table
_SQLITE_BUSY = {5, 6}
_SQLITE_COLLISIONS = {f"SQLITE_CONSTRAINT_{kind}" for kind in ("FOREIGNKEY", "PRIMARYKEY", "UNIQUE")}


def retry_after(error: BaseException | None) -> int | None:
    """Return after how many seconds a request that met the error may be sent again.

    None means that the error is a fault, which would come again.
    """
    match error:
        case InternalError() if _sqlstate(error) in _PASSING_INTERNAL:
            return AWAY_SECONDS
        case OperationalError() if not _is_fault(error):
            return BUSY_SECONDS if _is_busy(error) else AWAY_SECONDS
        case InterfaceError():
            return AWAY_SECONDS
    return None


def is_serialization_failure(error: OperationalError) -> bool:
    """Tell whether the database took the transaction back because of others that ran at the same time."""
    return _sqlstate(error) in _UNDONE


def is_collision(error: BaseException | None) -> bool:
    """Tell whether a write met one of others, after the checks of both had passed.

    What it refers to was deleted meanwhile, or its unique value was taken. Django's foreign keys are
    deferred: the database looks at them at COMMIT, after the last statement.
    """
    if not isinstance(error, IntegrityError):
        return False
    return _sqlstate(error) in _COLLISIONS or _sqlite_name(error) in _SQLITE_COLLISIONS


def constraint_of(error: IntegrityError) -> str:
    """Return the constraint that refused a write, to be logged: the whole error quotes the values."""
    if diagnosis := getattr(error.__cause__, "diag", None):
        return diagnosis.constraint_name or ""
    return str(error)  # SQLite names columns only


def _is_fault(error: OperationalError) -> bool:
    return _sqlstate(error).startswith(_LIMIT_OF_THE_PROGRAM) or _sqlite_code(error) == _SQLITE_ERROR


def _is_busy(error: OperationalError) -> bool:
    return (
        is_serialization_failure(error)
        or _sqlstate(error) == _LOCK_NOT_AVAILABLE
        or _sqlite_code(error) in _SQLITE_BUSY
        or isinstance(error.__cause__, PoolTimeout)
    )


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _sqlite_code(error: Exception) -> int:
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF


def _sqlite_name(error: Exception) -> str:
    return getattr(error.__cause__, "sqlite_errorname", "")
