"""What a coupon is: money off from which sum, on what goods, for how long."""
