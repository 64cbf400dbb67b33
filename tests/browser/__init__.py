"""What only a browser can tell: the pages and the pictures as a reader meets them."""
