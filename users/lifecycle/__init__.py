"""New, active, silent: where each customer stands and how they moved."""
