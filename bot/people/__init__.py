"""What servers and their people choose: settings, preferences, languages, and what is kept out."""
