"""What a customer likes to buy, read from their baskets; a tag set by hand outlives every night."""
