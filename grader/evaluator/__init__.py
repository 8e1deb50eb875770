"""What runs in the evaluator child: no student code, only graphs, tensors and recipes that are data."""
