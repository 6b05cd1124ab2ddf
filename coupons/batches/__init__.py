"""A batch of coupons: whom it is for, frozen; who approves it; what holds it back."""
