"""Every call × whoever might make it × whatever it might be about: what the rules say, and nothing of what is hidden."""
