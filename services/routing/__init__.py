"""Decides which office acts on a referral, and says why."""
