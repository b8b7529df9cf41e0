"""The threads that write to SQLite acquire its lock in the order in which they came."""

from concurrent.futures import Future, ThreadPoolExecutor

from apps.core.database.backends.sqlite3.fair_lock import FairLock
from tests.support.processes import wait_for


def test_lock_is_acquired_in_the_order_in_which_threads_asked():
    lock, order = FairLock(), list[int]()
    assert lock.acquire(timeout=0)

    def take(number: int) -> None:
        assert lock.acquire(timeout=30)
        order.append(number)
        lock.release()

    with ThreadPoolExecutor(5) as threads:
        for number in range(5):
            threads.submit(take, number)
            wait_for(lambda number=number: len(lock._waiting) == number + 1)
        lock.release()

    assert order == [0, 1, 2, 3, 4]
    assert lock.acquire(timeout=0)


def test_lock_goes_to_those_who_wait_and_not_to_who_has_just_had_it():
    lock = FairLock()
    assert lock.acquire(timeout=0)
    with ThreadPoolExecutor(1) as threads:
        waiting: Future[bool] = threads.submit(lock.acquire, timeout=30)
        wait_for(lambda: lock._waiting)

        lock.release()

        assert lock.acquire(timeout=0) is False
        assert waiting.result() is True


def test_who_gives_up_waiting_is_passed_over():
    lock = FairLock()
    assert lock.acquire(timeout=0)
    assert lock.acquire(timeout=0.01) is False

    lock.release()

    assert lock.acquire(timeout=0)
