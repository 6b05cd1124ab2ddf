"""What the desk tells a person while they are elsewhere: the bell, its panel, the page of notifications."""
