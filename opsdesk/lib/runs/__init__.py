"""Long work: what is queued, who holds it, how far it has got, how it ended. PostgreSQL holds the truth."""
