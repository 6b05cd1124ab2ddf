"""The project: settings, wiring, the Today page; small tools below everything in lib/."""
