"""The demonstration: invented referrals, and where each of them must end."""
