"""Where we work and who works there: communities, stations, staff, and who may see what."""
