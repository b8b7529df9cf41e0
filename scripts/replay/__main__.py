"""Replay baskets: fill the shelves, sell, ship and cancel, wait for the jobs, check, sum up."""

import sys
import time

from scripts.replay.audit import Audit
from scripts.replay.buying import Buyers
from scripts.replay.catalogue import read_shelves, stock_products
from scripts.replay.checkout import Checkouts
from scripts.replay.client import Account, Store
from scripts.replay.customers import register_customers
from scripts.replay.exceptions import ReplayError
from scripts.replay.files import read_baskets, read_products
from scripts.replay.jobs import wait_for_jobs
from scripts.replay.options import Options, read_options
from scripts.replay.orders import list_orders
from scripts.replay.paying import Payments
from scripts.replay.report import print_checks, print_summary
from scripts.replay.staff import OrderProcessing
from scripts.replay.thread_pool import ThreadPool


def main() -> int:
    """Return 0 when every check is green, 1 when one failed, 2 when the replay could not be done."""
    options = read_options()
    try:
        return replay(options)
    except ReplayError as error:
        print(f"\nreplay: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nreplay: stopped", file=sys.stderr)
        return 130


def replay(options: Options) -> int:
    """Do the whole replay and print it. Raises ReplayError when the store or a file cannot be used."""
    products = read_products(options.products, default_stock=options.stock)
    baskets = read_baskets(options.baskets, limit=options.limit, products=products)
    store = Store(options.url, Account(options.staff_user, options.staff_password))
    store.wait_for_start()
    store.log_in(store.staff)

    started = time.monotonic()
    with ThreadPool(options.connections) as pool:
        start = stock_products(store, pool, products)
        customers = register_customers(store, pool, options.customers)
        with OrderProcessing(store, options.seed) as processing:
            checkouts = Checkouts(store, options.seed, options.coupons)
            payments = Payments(store, options.seed)
            buyers = Buyers(store, customers, start, processing, checkouts, payments)
            sales = buyers.buy_all(pool, baskets)
            processing.finish()
        orders = list_orders(store, pool, customers, sales.orders)
        wait_for_jobs(store, pool, orders, timeout_seconds=options.jobs_timeout)
        audit = Audit(store, products, options.coupons)
        audit.inspect_orders(pool, orders)
    checks = audit.checks(sales=sales, orders=orders, start=start, left=read_shelves(store, products))

    failed = print_checks(checks)
    sent = {"products": len(products), "customers": len(customers), "baskets": len(baskets)}
    print_summary(store, sales, sent, total_seconds=time.monotonic() - started)
    print(f"replay: {failed} checks FAILED" if failed else f"replay: all {len(checks)} checks green")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
