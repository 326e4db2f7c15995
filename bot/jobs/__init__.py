"""One generation from submission to delivery."""
