"""Documents on disk: their markers, and the pictures that belong between them."""
