"""The vocabulary of picture making and its rules. Pure: no I/O but reading our own data file."""
