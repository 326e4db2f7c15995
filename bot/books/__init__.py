"""What an operator reads in the books from the terminal, beside a bot at work."""
