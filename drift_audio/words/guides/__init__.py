"""Guides: what is known of each theme."""
