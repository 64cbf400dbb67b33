"""The text form: a diagram in box drawing characters."""
