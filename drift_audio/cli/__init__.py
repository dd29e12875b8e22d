"""The command line: arguments in, result rendered."""
