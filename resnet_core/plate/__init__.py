"""A plate: a picture of plain marks (rectangles, lines, words), and its SVG, PNG and PDF."""
