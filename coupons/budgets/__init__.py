"""How much may be given away: where, when, what is reserved, what is spent. Never one fen more."""
