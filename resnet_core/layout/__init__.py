"""Graph → Sheet: where each box, edge and cluster stands, and how it looks."""
