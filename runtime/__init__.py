"""How a process starts, listens, records, publishes and stops; there is no domain word in it."""
