"""The training loop, for whoever holds a trainable model: the evaluator, or the student child on the weaker path."""
