"""Words: from a situation to a script."""
