"""What an operator sees of jobs, and does about them."""
