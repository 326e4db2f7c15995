"""What people type and press: parse, ask one service, show a card."""
