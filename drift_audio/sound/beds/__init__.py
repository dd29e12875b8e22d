"""Ambient beds, procedural and from files."""
