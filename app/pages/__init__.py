"""What people look at: explorer, gallery, documents, comparison, reference."""
