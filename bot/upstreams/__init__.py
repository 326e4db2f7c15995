"""What an operator sees of the upstreams from the terminal: state, prices, spending."""
