"""What an alert sets going: incidents from falls, best-practice cards from rises, lessons for all."""
