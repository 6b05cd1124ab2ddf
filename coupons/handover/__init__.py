"""Coupons on their way to the shop: by file, by signed call, or fetched by the shop. At most once each."""
