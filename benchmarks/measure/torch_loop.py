"""PyTorch: the plain loop people write when they write it well."""

from collections.abc import Callable
from functools import cache

import torch
from torch import nn

from measure.cases import Case
from measure.material import windows

LAYERS = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Network(nn.Module):
    """A recurrent layer, and a linear head on its last state."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.cell = LAYERS[case.cell](case.inputs, case.units, batch_first=True)
        self.head = nn.Linear(case.units, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return forecasts (batch, 1) of windows (batch, steps, inputs)."""
        states, _ = self.cell(x)
        return self.head(states[:, -1])


def prepare(case: Case, threads: int | None) -> Callable[[int], None]:
    """Return training for some steps, batches taken by index from one tensor.

    Args:
        case: what is trained.
        threads: of one operation; None: as PyTorch chooses.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    torch.manual_seed(0)
    network, measure_loss = Network(case), nn.MSELoss()
    optimizer = torch.optim.Adam(network.parameters())

    @cache
    def tensors(steps: int) -> tuple[torch.Tensor, ...]:
        return tuple(map(torch.from_numpy, windows(case, steps)))

    def run(steps: int) -> None:
        x, y = tensors(steps)
        for batch in torch.randperm(len(x)).split(case.batch):
            optimizer.zero_grad()
            measure_loss(network(x[batch]), y[batch]).backward()
            optimizer.step()

    return run
