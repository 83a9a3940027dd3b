"""Every machine of the golden reports, by the name of its file."""

from support.machines.broken_cuda import CUDA_BREAKAGES
from support.machines.broken_linux import LINUX_BREAKAGES
from support.machines.broken_macs import MAC_BREAKAGES

BREAKAGES = MAC_BREAKAGES | LINUX_BREAKAGES | CUDA_BREAKAGES
