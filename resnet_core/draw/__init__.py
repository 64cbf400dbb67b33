"""Graph → text: DOT, SVG, tables, JSON. Knows no torch, calls no program."""
