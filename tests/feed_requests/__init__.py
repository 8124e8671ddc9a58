"""What crawls of a skewed list cost in questions, beside the least that would do."""
