"""Small single-subject modules that know nothing of the business; any app may use them."""
