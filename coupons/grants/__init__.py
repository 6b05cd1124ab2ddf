"""Who holds which coupon, and what became of it: open, used, expired, void."""
