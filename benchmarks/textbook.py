"""The textbook script this project answers: SimpleRNN on raw random walks.

It is kept as people write it: raw values, `fit` on arrays, one plot, no naive
forecast. The last lines, which the textbook leaves out, print what it is worth.

    python benchmarks/textbook.py [OUTPUT_FOLDER]
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt
import tensorflow as tf

folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
np.random.seed(0)
tf.random.set_seed(0)

series, steps = 1000, 51
start = np.random.uniform(0, 100, (series, 1))
moves = np.random.uniform(-0.5, 0.5, (series, steps - 1))
walks = np.cumsum(np.concatenate([start, moves], axis=1), axis=1)
x, y = walks[:, :-1, np.newaxis], walks[:, -1]
x_train, y_train = x[:640], y[:640]
x_validation, y_validation = x[640:800], y[640:800]
x_test, y_test = x[800:], y[800:]

model = tf.keras.Sequential(
    [
        tf.keras.Input((steps - 1, 1)),
        tf.keras.layers.SimpleRNN(50),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
history = model.fit(
    x_train,
    y_train,
    epochs=20,
    batch_size=32,
    validation_data=(x_validation, y_validation),
    verbose=2,
)
predicted = model.predict(x_test, verbose=0)[:, 0]

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4))
left.plot(history.history["loss"], label="train")
left.plot(history.history["val_loss"], label="validation")
left.legend()
right.plot(y_test, label="truth")
right.plot(predicted, label="prediction")
right.legend()
figure.savefig(folder / "textbook.png")

print("test MSE of the model:", np.mean((y_test - predicted) ** 2))
print("test MSE of naive:    ", np.mean((y_test - x_test[:, -1, 0]) ** 2))
