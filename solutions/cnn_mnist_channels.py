"""Reference solution of cnn_mnist_channels: a CNN for MNIST whose channel numbers fit together.

3,254,186 parameters, 37,280 of them in the convolutions. Shapes on the right are those that leave the line.
"""

import torch


class CNN_classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.relu = torch.nn.ReLU()
        # BEGIN SOLUTION
        # A layer's in_channels is the out_channels of the layer before it. MNIST is grey, so the first one is 1.
        self.layer1 = torch.nn.Conv2d(in_channels=1, out_channels=32, kernel_size=3, stride=1, padding=1)
        self.layer2 = torch.nn.Conv2d(in_channels=32, out_channels=64, kernel_size=3, stride=2, padding=1)
        self.layer3 = torch.nn.Conv2d(in_channels=64, out_channels=32, kernel_size=3, stride=1, padding=1)
        # END SOLUTION
        self.fc1 = torch.nn.Linear(32 * 14 * 14, 512)  # what layer3 leaves: 32 channels of 14 x 14
        self.fc2 = torch.nn.Linear(512, 10)  # ten digits

    def forward(self, x):  # (N, 1, 28, 28)
        x = self.relu(self.layer1(x))  # (N, 32, 28, 28): kernel 3, padding 1, stride 1 keeps the size
        x = self.relu(self.layer2(x))  # (N, 64, 14, 14): stride 2 halves it, floor((28 + 2 - 3) / 2) + 1 = 14
        x = self.relu(self.layer3(x))  # (N, 32, 14, 14)
        x = x.view(x.size(0), -1)  # (N, 6272): the batch dimension stays
        x = self.relu(self.fc1(x))  # (N, 512)
        return self.fc2(x)  # (N, 10): logits, CrossEntropyLoss applies the softmax itself
