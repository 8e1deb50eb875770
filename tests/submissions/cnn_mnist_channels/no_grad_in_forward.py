import torch
import torch.nn as nn

# CNN으로 MNIST 분류하기 과제

class CNN_classifier(nn.Module):

    def __init__(self):
        super(CNN_classifier,self).__init__()
        self.relu=nn.ReLU()
        self.layer1=nn.Conv2d(1,32,kernel_size=3,stride=1,padding=1)
        self.layer2=nn.Conv2d(32,64,kernel_size=3,stride=2,padding=1)
        self.layer3=nn.Conv2d(64,32,kernel_size=3,stride=1,padding=1)
        self.fc1=nn.Linear(6272,512)
        self.fc2=nn.Linear(512,10)

    def forward(self,x):
        with torch.no_grad():  # CAUSE
            x=self.layer1(x)
            x=self.relu(x)
        x=self.layer2(x)
        x=self.relu(x)
        x=self.layer3(x)
        x=self.relu(x)
        #print(x.shape)
        x=x.view(x.size(0),-1)
        x=self.fc1(x)
        x=self.relu(x)
        x=self.fc2(x)
        return x


model=CNN_classifier()
print(model)

# 잘 되는지 확인
test_input=torch.rand(2,1,28,28)
print(model(test_input).shape)
