"""The `plantain db` commands: backups, checks, and moving between engines."""
