"""Pages that put the slices of coupons together: strategies, batches, approvals."""
