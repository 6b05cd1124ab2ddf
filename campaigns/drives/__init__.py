"""Recall drives: whom, by which channel, with which words and offer, by whom; and the tasks they come down to."""
