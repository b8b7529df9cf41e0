"""The threads that write to SQLite take turns, in the order in which they came."""

from concurrent.futures import Future, ThreadPoolExecutor

from apps.core.database.backends.sqlite3.fair_lock import FairLock
from tests.support.processes import wait_for


def test_turns_are_given_in_the_order_in_which_they_were_asked_for():
    turns, order = FairLock(), list[int]()
    assert turns.take(timeout=0)

    def take(number: int) -> None:
        assert turns.take(timeout=30)
        order.append(number)
        turns.release()

    with ThreadPoolExecutor(5) as threads:
        for number in range(5):
            threads.submit(take, number)
            wait_for(lambda number=number: len(turns._waiting) == number + 1)
        turns.release()

    assert order == [0, 1, 2, 3, 4]
    assert turns.take(timeout=0)


def test_turn_goes_to_those_who_wait_and_not_to_who_has_just_had_it():
    turns = FairLock()
    assert turns.take(timeout=0)
    with ThreadPoolExecutor(1) as threads:
        waiting: Future[bool] = threads.submit(turns.take, timeout=30)
        wait_for(lambda: turns._waiting)

        turns.release()

        assert turns.take(timeout=0) is False
        assert waiting.result() is True


def test_who_gives_up_waiting_is_passed_over():
    turns = FairLock()
    assert turns.take(timeout=0)
    assert turns.take(timeout=0.01) is False

    turns.release()

    assert turns.take(timeout=0)
