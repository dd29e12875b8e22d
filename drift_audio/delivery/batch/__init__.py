"""Batches: many sessions from one file, on this machine or a cluster."""
