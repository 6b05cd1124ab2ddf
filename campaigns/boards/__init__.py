"""Pages that put several slices together: the phone, the supervisor's board, the visit table."""
