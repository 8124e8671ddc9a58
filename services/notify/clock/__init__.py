"""The clock of a referral: what it is owed by when, told from events, and who hears that it is late."""
