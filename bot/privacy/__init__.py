"""What is kept of people: told, handed out, and forgotten."""
