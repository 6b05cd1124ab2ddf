"""What to say at each door with tomorrow's delivery."""
