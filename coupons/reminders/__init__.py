"""A word before a coupon runs out: who hears it, when, and who at the station says it."""
