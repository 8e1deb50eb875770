"""From evidence to verdicts: plain Python in the controller, no torch, no student code. Same evidence, same verdict."""
