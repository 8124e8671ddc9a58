"""Takes foreign requests in, keeps the record of each, and says what became of it."""
