"""Customers who are new in every run, so that all their orders belong to it."""

import secrets
from dataclasses import dataclass, field

from scripts.replay.client import Account, Store, described
from scripts.replay.exceptions import NoAnswer, Refused
from scripts.replay.thread_pool import ThreadPool


@dataclass(eq=False, kw_only=True)
class Customer(Account):
    """A customer, and the orders known to be theirs."""

    id: int
    order_ids: set[int] = field(default_factory=set)  # those the replay knows of
    looks: int = 0  # for orders whose answer was lost


def register_customers(store: Store, pool: ThreadPool, count: int) -> list[Customer]:
    """Register and log in that many. Raises Refused."""
    run = secrets.token_hex(4)
    names = [f"replay-{run}-{number}" for number in range(1, count + 1)]
    return pool.run("customers", lambda name: _register(store, name), names)


def _register(store: Store, name: str) -> Customer:
    password = secrets.token_urlsafe(24)
    wanted = {"username": name, "email": f"{name}@example.com", "password": password}
    try:
        response = store.send("POST", "auth/register/", body=wanted)
    except NoAnswer as failure:
        store.wait_until_back(failure)
        return _register(store, f"{name}-again")  # the first name may be taken by now
    if response.status_code != 201:
        raise Refused(f"a customer cannot register: {described(response)}")
    customer = Customer(username=name, password=password, id=response.json()["id"])
    store.log_in(customer)
    return customer
