"""What a folder of sessions offers: records, captions, feed, page and server."""
