"""What a sweep of the feed costs, counted by the server that was asked."""
