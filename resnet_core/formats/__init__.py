"""Drawing → bytes: one file, one output format. Graphviz is called in one of them only."""
