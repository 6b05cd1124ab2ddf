"""The SQL of what was sold: categories and products that a file brings along, and which of them its lines name.

`import_goods`, a temporary table: one row a pair of product and category of the file, with its last line. {wares}: one
row a row of {goods}, with the product and category that it became; made by every commit, read by each of its chunks.
"""

GOODS = """
DROP TABLE IF EXISTS pg_temp.import_goods;
CREATE TEMPORARY TABLE import_goods ON COMMIT DROP AS
SELECT product, category, max(line) AS line FROM {goods} GROUP BY product, category;
ANALYZE import_goods
"""

CATEGORIES = """
INSERT INTO users_category (name, is_service, first_import_id)
SELECT DISTINCT category, false, %(file)s FROM import_goods WHERE category <> '' ORDER BY category
ON CONFLICT (name) DO NOTHING
"""

# A product's category is the one its last line in this file names. One that staff or an earlier file gave it stays.
PRODUCTS = """
WITH named AS (
    SELECT DISTINCT ON (product) product, category FROM import_goods WHERE product <> ''
     ORDER BY product, category = '', line DESC),
 filled AS (
    UPDATE users_product p SET category_id = c.id FROM named n JOIN users_category c ON c.name = n.category
     WHERE p.name = n.product AND p.category_id IS NULL)
INSERT INTO users_product (name, category_id, first_import_id)
SELECT n.product, c.id, %(file)s FROM named n LEFT JOIN users_category c ON c.name = n.category
 ORDER BY n.product
ON CONFLICT (name) DO NOTHING
"""

# What became of {goods}: a line without a category has its product's.
WARES = """
DROP TABLE IF EXISTS {wares};
CREATE UNLOGGED TABLE {wares} AS
SELECT g.good, p.id AS product_id, coalesce(c.id, p.category_id) AS category_id
  FROM {goods} g
  LEFT JOIN users_product p ON p.name = g.product
  LEFT JOIN users_category c ON c.name = g.category;
ANALYZE {wares}
"""

# What the lines in service categories of an order come to. It is asked before the commit too, when there are no wares.
SERVICE = """
DROP TABLE IF EXISTS {service};
CREATE UNLOGGED TABLE {service} AS
SELECT l.grp, sum(l.amount)::bigint AS amount
  FROM {lines} l
  JOIN (SELECT g.good FROM {goods} g
          LEFT JOIN users_category named ON named.name = g.category
          LEFT JOIN users_product product ON product.name = g.product
          JOIN users_category kind ON kind.id = coalesce(named.id, product.category_id)
         WHERE kind.is_service) service ON service.good = l.good
 WHERE l.kind = 's'
 GROUP BY l.grp;
CREATE UNIQUE INDEX ON {service} (grp);
ANALYZE {service}
"""
