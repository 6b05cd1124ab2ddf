"""The same RFM by others over the raw lines, written for them from the definition, with nothing borrowed."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

# Defaults of the domain: 365 days, service orders from 100.00 out, phones with more than two doors out, same-day orders
# merged, quintile cut points at place ceil(k*n/5), high above the mean score, communities under 50 borrow.
DUCKDB = """
CREATE OR REPLACE TABLE theirs AS
WITH orders AS (
    SELECT order_id, any_value(customer_id) AS customer_id, any_value(community_id) AS community_id,
           any_value(day) AS day, any_value(order_net) AS net, any_value(address_key) AS door,
           coalesce(sum(amount) FILTER (WHERE is_service), 0) AS service
      FROM read_parquet('{lines}')
     WHERE counted AND day >= DATE '{as_of}' - 365 AND day < DATE '{as_of}'
     GROUP BY order_id),
clean AS (SELECT * FROM orders WHERE service < 10000),
base AS (
    SELECT community_id, customer_id, DATE '{as_of}' - max(day) AS r, count(DISTINCT day) AS f, sum(net) AS m
      FROM clean GROUP BY community_id, customer_id
    HAVING count(DISTINCT door) FILTER (WHERE door <> '') <= 2),
ranked AS (
    SELECT community_id AS place, count(*) AS n, list_sort(list(r)) AS r, list_sort(list(f)) AS f,
           list_sort(list(m)) AS m
      FROM base GROUP BY GROUPING SETS ((community_id), ())),
cuts AS (
    SELECT coalesce(place, -1) AS place, n, [r[(k * n + 4) // 5] FOR k IN [1, 2, 3, 4]] AS r,
           [f[(k * n + 4) // 5] FOR k IN [1, 2, 3, 4]] AS f, [m[(k * n + 4) // 5] FOR k IN [1, 2, 3, 4]] AS m
      FROM ranked),
used AS (
    SELECT own.place, own.n < 50 AS borrowed, CASE WHEN own.n < 50 THEN company ELSE own END AS cut
      FROM cuts own, (SELECT cuts AS company FROM cuts WHERE place = -1)),
scored AS (
    SELECT u.place, u.borrowed, b.customer_id,
           5 - ((b.r > cut.r[1])::INT + (b.r > cut.r[2])::INT + (b.r > cut.r[3])::INT + (b.r > cut.r[4])::INT) AS r,
           1 + (b.f > cut.f[1])::INT + (b.f > cut.f[2])::INT + (b.f > cut.f[3])::INT + (b.f > cut.f[4])::INT AS f,
           1 + (b.m > cut.m[1])::INT + (b.m > cut.m[2])::INT + (b.m > cut.m[3])::INT + (b.m > cut.m[4])::INT AS m
      FROM base b JOIN used u ON u.place = b.community_id OR u.place = -1),
means AS (SELECT place, count(*) AS n, sum(r) AS r, sum(f) AS f, sum(m) AS m FROM scored GROUP BY place)
SELECT s.customer_id, s.r AS r_score, s.f AS f_score, s.m AS m_score,
       ['lost', 'rescue', 'fading', 'win_back', 'newcomer', 'develop', 'regular', 'champion'][
           1 + 4 * (s.r * a.n > a.r)::INT + 2 * (s.f * a.n > a.f)::INT + (s.m * a.n > a.m)::INT] AS rfm_class
  FROM scored s JOIN means a ON a.place = CASE WHEN s.borrowed THEN -1 ELSE s.place END
 WHERE s.place >= 0
"""

DIFFERING = """
SELECT count(*) FROM theirs t FULL JOIN read_csv('{ours}') o USING (customer_id)
 WHERE (t.r_score, t.f_score, t.m_score, t.rfm_class) IS DISTINCT FROM
       (o.r_score, o.f_score, o.m_score, o.rfm_class)
"""

CLASSES = ["lost", "rescue", "fading", "win_back", "newcomer", "develop", "regular", "champion"]
MIN_CUSTOMERS = 50


def by_pandas(lines: Path, as_of: date) -> pd.DataFrame:
    """customer_id, three scores and the class, by data frames in one process."""
    base = _values(pd.read_parquet(lines), pd.Timestamp(as_of))
    company_cuts = [_cut_points(base[name]) for name in "rfm"]
    company_means = _scores(base, company_cuts).mean()
    parts = []
    for _, members in base.groupby("community_id"):
        if len(members) < MIN_CUSTOMERS:
            scores, means = _scores(members, company_cuts), company_means
        else:
            scores = _scores(members, [_cut_points(members[name]) for name in "rfm"])
            means = scores.mean()
        high = scores.to_numpy() > means.to_numpy()
        parts.append(scores.assign(rfm_class=np.array(CLASSES)[high @ np.array([4, 2, 1])]))
    return pd.concat(parts)


def _values(lines: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row a customer: community_id, r in days, f in days with an order, m in fen."""
    day = pd.to_datetime(lines["day"])
    inside = lines[lines["counted"] & (day >= as_of - pd.Timedelta(days=365)) & (day < as_of)].copy()
    inside["service"] = inside["amount"].where(inside["is_service"].fillna(False).astype(bool), 0)
    orders = inside.groupby("order_id").agg(
        customer_id=("customer_id", "first"),
        community_id=("community_id", "first"),
        day=("day", "first"),
        net=("order_net", "first"),
        door=("address_key", "first"),
        service=("service", "sum"),
    )
    clean = orders[orders["service"] < 10000]
    doors = clean[clean["door"].fillna("") != ""].groupby("customer_id")["door"].nunique()
    kept = clean[~clean["customer_id"].isin(doors[doors > 2].index)]
    base = kept.groupby("customer_id").agg(
        community_id=("community_id", "first"), last=("day", "max"), f=("day", "nunique"), m=("net", "sum")
    )
    return base.assign(r=(as_of - pd.to_datetime(base["last"])).dt.days)


def _cut_points(values: pd.Series) -> np.ndarray:
    ranked, n = np.sort(values.to_numpy()), len(values)
    return ranked[[(k * n + 4) // 5 - 1 for k in range(1, 5)]]


def _scores(base: pd.DataFrame, cuts: list[np.ndarray]) -> pd.DataFrame:
    """Places where a value would stand among the cut points: how many are strictly below it."""
    above = [np.searchsorted(cut, base[name].to_numpy(), side="left") for name, cut in zip("rfm", cuts, strict=True)]
    columns = {"r_score": 5 - above[0], "f_score": 1 + above[1], "m_score": 1 + above[2]}
    return pd.DataFrame(columns, index=base.index)
