"""How recent, how often, how much: which customers are worth which care."""
