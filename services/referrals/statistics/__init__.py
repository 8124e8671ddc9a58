"""What is counted of all referrals: where they came from and went, what became of them, and how long it took.

Computed from summaries and timelines; no content is opened, and nothing about a person is counted.
"""
