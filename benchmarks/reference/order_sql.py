"""The statements of an order of two lines, as the store sends them; `%(name)s` is what differs."""

USER = """
    SELECT users_user.* FROM users_user JOIN users_session ON users_session.user_id = users_user.id
    WHERE users_session.id = %(session)s AND users_user.id = %(user)s AND users_user.is_active
        AND users_session.ended_at IS NULL AND users_session.expires_at > now()
"""
LOCK = """
    SELECT * FROM catalog_product WHERE is_active AND NOT (category_id IN (
        WITH RECURSIVE hidden(id) AS (
            SELECT id FROM catalog_category WHERE NOT is_active
            UNION SELECT child.id FROM catalog_category child JOIN hidden ON child.parent_id = hidden.id
        ) SELECT id FROM hidden
    )) AND id IN (%(first)s, %(second)s) ORDER BY id FOR NO KEY UPDATE OF catalog_product
"""
ORDER = """
    INSERT INTO orders_order (user_id, status, total_price, currency, language, tracking_number, created_at,
        updated_at)
    VALUES (%(user)s, 'pending', %(total)s, 'RUB', 'en', NULL, now(), now()) RETURNING id
"""
LINES = """
    INSERT INTO orders_orderitem (order_id, product_id, product_name, sku, quantity, price)
    VALUES (%(order)s, %(first)s, 'First', 'SKU-1', 1, 10), (%(order)s, %(second)s, 'Second', 'SKU-2', 2, 20)
    RETURNING id
"""
STOCK = """
    UPDATE catalog_product SET stock = written.column2
    FROM (VALUES (%(first)s, %(first_stock)s), (%(second)s, %(second_stock)s)) AS written
    WHERE catalog_product.id = written.column1
"""
LEDGER = """
    INSERT INTO catalog_stockmovement (product_id, kind, delta, stock, reason, order_id, created_by_id,
        created_at)
    VALUES (%(first)s, 'sold', -1, %(first_stock)s, '', %(order)s, %(user)s, now()),
        (%(second)s, 'sold', -2, %(second_stock)s, '', %(order)s, %(user)s, now())
    RETURNING id
"""
MOVE = """
    INSERT INTO orders_statuschange (order_id, from_status, to_status, changed_by_id, comment, created_at)
    VALUES (%(order)s, NULL, 'pending', %(user)s, '', now()) RETURNING id
"""
AUDIT = """
    INSERT INTO audit_auditentry (created_at, actor_id, source, request_id, action, target_kind, target_id,
        target_name, changes)
    VALUES (now(), %(user)s, 'api', 'bench', 'created', 'orders.order', %(order)s, '',
        '{"status": [null, "pending"]}') RETURNING id
"""
JOBS = """
    INSERT INTO jobs_job (uuid, kind, key, subject, arguments, request_id, status, attempts, run_at,
        published_at, lease, leased_until, last_error, created_at, updated_at)
    VALUES (gen_random_uuid(), 'invoice', 'bench:invoice:' || %(order)s::text, 'order:' || %(order)s::text,
            '{}', '', 'pending', 0, now(), now(), NULL, NULL, '', now(), now()),
        (gen_random_uuid(), 'mail', 'bench:mail:' || %(order)s::text, 'order:' || %(order)s::text,
            '{}', '', 'pending', 0, now(), now(), NULL, NULL, '', now(), now())
    RETURNING id
"""
AFTER_THE_ORDER = (LINES, STOCK, LEDGER, MOVE, AUDIT, JOBS)
