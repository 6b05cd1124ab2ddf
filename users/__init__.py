"""The customers who buy from us: what they ordered, how alive each one is, and what keeps them."""
