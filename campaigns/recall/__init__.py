"""Running a drive: freezing its list, choosing channels, sharing out tasks, handing over, ending."""
