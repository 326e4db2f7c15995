"""The bot in a simulated Discord in the browser, with a stand-in for the upstream."""
