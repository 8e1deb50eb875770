"""모델을 직접 학습시켜 제출하세요. / Train the model yourself and hand it in."""

model = None
