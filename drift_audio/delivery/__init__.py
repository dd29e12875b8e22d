"""Delivery: batches, daily sessions, feed and server."""
