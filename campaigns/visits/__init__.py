"""What happened at a door or on a call: events that are only ever added, and what they mean for the task."""
