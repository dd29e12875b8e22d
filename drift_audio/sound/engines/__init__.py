"""Speech engines behind one door."""
