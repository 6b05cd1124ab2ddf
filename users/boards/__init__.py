"""The boards the operations manager reads: segments and their moves, RFM, the cleaning before it."""
