"""Sound: from a script to an audio file."""
