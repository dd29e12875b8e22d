"""Text to clips: what is read, how, and where clips are kept."""
