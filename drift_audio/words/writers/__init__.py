"""Writers: a story becomes a script."""
