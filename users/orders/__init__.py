"""What they bought: the facts every number is computed from. Never edited by hand."""
