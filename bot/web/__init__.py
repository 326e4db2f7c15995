"""The bot's own face on the web."""
