"""The headline numbers of a day and a week, each beside the same weekday of the weeks before."""
