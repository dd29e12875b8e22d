"""What a finished audio file is like, in figures and as a picture."""
