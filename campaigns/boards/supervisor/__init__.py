"""Who is out, how far, and what to look at."""
