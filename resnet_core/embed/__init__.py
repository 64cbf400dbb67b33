"""Figures in other people's documents: Sphinx, MkDocs, Jupyter, and what they share."""
