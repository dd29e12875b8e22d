"""The session of the day: rotation, run and schedule."""
