"""Timeline, clips and bed become one stereo stream."""
