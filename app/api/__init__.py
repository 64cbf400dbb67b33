"""What programs ask for: diagrams, explanations, the list of subjects, health, OpenAPI."""
