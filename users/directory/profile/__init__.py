"""One customer: who, why in this class, everything that happened, where they stand."""
