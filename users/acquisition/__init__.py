"""How customers came: registrations, referrals, and what acquiring them cost."""
