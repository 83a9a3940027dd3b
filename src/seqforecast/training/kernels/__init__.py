"""SimpleRNN and LSTM for XLA on a CPU: stock layers' numbers, gradients by hand.

Automatic differentiation sums the weights' gradients step by step; here they are one
matrix product after the loop, and the loop itself holds one product and few fused
operations. The layers, their weights and the saved model stay Keras' own.

Arrays are (steps, features, batch): a gate is then a contiguous block of rows.
"""
