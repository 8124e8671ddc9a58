"""The same matter comes by an attaché, by a bureau and in a changed notice: found, explained, linked by a person."""
