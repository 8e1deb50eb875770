"""Reference solution of mlp_wafer: a multi-layer perceptron that tells eight defect patterns of wafer maps apart.

2,231,048 parameters. Shapes on the right are those that leave the line.
"""

import torch.nn as nn


class MLPClassifier_complex(nn.Module):
    def __init__(self):
        super().__init__()
        # BEGIN SOLUTION
        self.linear1 = nn.Linear(4096, 512)  # a flat 64 x 64 wafer map comes in
        self.linear2 = nn.Linear(512, 256)
        self.linear3 = nn.Linear(256, 8)  # eight patterns, so eight logits
        self.relu = nn.ReLU()  # has no parameters, so one module serves both places
        # END SOLUTION

    def forward(self, x):  # (N, 4096)
        # BEGIN SOLUTION
        x = self.relu(self.linear1(x))  # (N, 512)
        x = self.relu(self.linear2(x))  # (N, 256)
        return self.linear3(x)  # (N, 8): no activation, CrossEntropyLoss wants raw logits
        # END SOLUTION
