"""What the library says: two languages, notation, numbers, captions, terminal text."""
