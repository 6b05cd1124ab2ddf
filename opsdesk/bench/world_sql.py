"""Made-up customers, orders and lines, written by the server itself: the same numbers every time.

About 2.5 lines an order, four orders a customer, a hundred communities of very different size, half a year; some
service orders, refunds, cancellations, proxy buyers and customers without a community.
"""

# A fraction in [0, 1) that follows from a number and a salt: random, and the same in every plan.
_FRACTION = "(((hashint8extended({n}, {salt}) >> 11) & 9007199254740991)::float8 / 9007199254740992)"


def _f(n: str, salt: int) -> str:
    return _FRACTION.format(n=n, salt=salt)


START, DAYS = "2026-01-01", 180

STATEMENTS = [
    "INSERT INTO users_source (id, name) VALUES (1, 'bench')",
    """
    INSERT INTO communities_community (id, code, name, aliases, households, order_cutoff, address_templates, is_active)
    SELECT n, 'c' || n, 'c' || n, '{}', 2000, '23:00', '{}', true FROM generate_series(1, 100) n
    """,
    """
    INSERT INTO communities_servicestation
           (id, community_id, name, buildings, sorts_goods, has_store_room, sells_on_site, is_active)
    SELECT n, n, 's' || n, '{}', true, true, false, true FROM generate_series(1, 100) n
    """,
    """
    INSERT INTO users_category (id, name, is_service) SELECT n, 'k' || n, n = 8 FROM generate_series(1, 8) n
    """,
    # Communities by the square of chance: the first have some thousands, the last a handful; 1 % have none.
    f"""
    INSERT INTO users_customer (id, phone, phone_grams, name, community_id, address, building, unit, room, channel,
                                left_censored)
    SELECT n, (15400000000 + n)::text, '{{}}', '',
           CASE WHEN {_f("n", 1)} > 0.01 THEN 1 + floor(100 * {_f("n", 2)} ^ 2)::int END, '', '', '', '', '', false
      FROM generate_series(1, %(customers)s) n
    """,
    f"""
    INSERT INTO users_orderline (id, order_id, category_id, quantity, amount, is_refund)
    SELECT n, o, CASE WHEN {_f("o", 8)} < 0.01 THEN 8 ELSE 1 + floor(7 * {_f("n", 9)})::int END, 1000,
           CASE WHEN {_f("o", 8)} < 0.01 THEN 6000 ELSE 0 END + 290 + floor(6000 * {_f("n", 10)})::int, false
      FROM (SELECT n, 1 + (n - 1) %% %(orders)s AS o FROM generate_series(1, %(lines)s) n) l
    """,
    # Orders by customer: the power makes some loyal and many rare. 2 % were refunded by a third.
    f"""
    INSERT INTO users_order (id, source_id, number, customer_id, community_id, placed_at, day, state, counted, gross,
                             discount, paid, refunded, refund_told, net, service_amount, amount_known, channel,
                             coupon_code, name, address, address_key, first_import_id, import_id)
    SELECT n, 1, n::text, who, NULL, (day + time '12:00') AT TIME ZONE 'Asia/Shanghai', day,
           CASE WHEN paid_up THEN 'paid' ELSE 'cancelled' END, paid_up, amount, 0, amount, back, 0,
           CASE WHEN paid_up THEN amount - back ELSE 0 END, service, true, '', '', '', '',
           CASE WHEN {_f("n", 7)} < 0.1 THEN '' ELSE who || '-' ||
                CASE WHEN who %% 200 = 0 THEN n %% 5 WHEN who %% 20 = 0 THEN n %% 2 ELSE 0 END END, 1, 1
      FROM (SELECT n, 1 + floor(%(customers)s * {_f("n", 3)} ^ 1.5)::bigint AS who, amount, service,
                   date '{START}' + floor({DAYS} * {_f("n", 4)})::int AS day, {_f("n", 5)} > 0.03 AS paid_up,
                   CASE WHEN {_f("n", 11)} < 0.02 THEN amount / 3 ELSE 0 END AS back
              FROM (SELECT order_id AS n, sum(amount) AS amount,
                           COALESCE(sum(amount) FILTER (WHERE category_id = 8), 0) AS service
                      FROM users_orderline GROUP BY order_id) l) o
     ORDER BY o.day, o.n
    """,
]

# The raw lines as another tool would be handed them: one row a line, with what its order says.
LINES = """
COPY (SELECT l.order_id, o.customer_id, COALESCE(c.community_id, 0) AS community_id, o.day, o.counted,
             o.net AS order_net, o.address_key, k.is_service, l.amount
        FROM users_orderline l
        JOIN users_order o ON o.id = l.order_id
        JOIN users_customer c ON c.id = o.customer_id
        LEFT JOIN users_category k ON k.id = l.category_id
       ORDER BY l.id) TO STDOUT (FORMAT csv, HEADER)
"""

SCORES = """
COPY (SELECT customer_id, r_score, f_score, m_score, rfm_class FROM users_rfmscore WHERE as_of = '{as_of}')
  TO STDOUT (FORMAT csv, HEADER)
"""
