"""Tags by hand, and the lists that tags and cleaning make."""
