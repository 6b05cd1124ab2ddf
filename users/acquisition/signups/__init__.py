"""Registrations and referrals as files, over the API or from the command line: read, seen, written, taken back."""
