"""Customers by whatever somebody remembers of them: what the search box of the top bar asks."""
