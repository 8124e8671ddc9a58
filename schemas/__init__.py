"""What the services may say to each other."""
