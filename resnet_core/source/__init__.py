"""A pasted source, read and never run: text → nn.Module, in a closed language of its own."""
