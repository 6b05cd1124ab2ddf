"""The map of a customer's life: who stands where, and what share goes on."""
