"""The channels of recall side by side."""
