"""Discord's side of the core: cards, replies, delivery, translations."""
