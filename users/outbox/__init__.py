"""Messages to customers: written once, handed over at most once, never lost, never doubled."""
