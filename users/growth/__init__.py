"""The water pool: new, retained, recalled, lost; and quadrants of any two metrics."""
