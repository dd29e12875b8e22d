"""Signal processing that knows nothing of sessions: filters, loudness, limiter."""
