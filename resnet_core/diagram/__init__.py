"""The request for a diagram: parameters, options, forms, placements and fixes."""
