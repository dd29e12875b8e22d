"""Blocks become a finished file: encoder, splice, tags."""
