"""Who may be reached, by what, and every time somebody was: consent, the gate, the touch ledger."""
