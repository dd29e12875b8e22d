"""Reading English: the parser, the lexicons, and the readers of each field of a story."""
