"""Who they are: one row a phone number, where they live, how they came, hand-made tags."""
