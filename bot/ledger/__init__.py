"""Credits: what members have, what is promised, and every movement there ever was."""
