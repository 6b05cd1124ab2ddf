"""The search box of the top bar: customers and communities by whatever somebody remembers of them."""
