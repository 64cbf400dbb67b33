"""The Graph of a structure: plain frozen data without torch, and what is computed from it."""
