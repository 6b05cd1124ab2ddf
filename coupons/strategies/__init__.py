"""Which kind of customer gets what, why, when, in which words: the strategy matrix and its versions."""
