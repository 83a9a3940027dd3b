"""Every check, in the order in which they are asked."""

from seqforecast.doctor.checks.finding import Check
from seqforecast.doctor.checks.table_cuda import CUDA
from seqforecast.doctor.checks.table_host import HOST, PYTHON
from seqforecast.doctor.checks.table_later import LATER
from seqforecast.doctor.checks.table_metal import METAL
from seqforecast.doctor.checks.table_packages import PACKAGES, RANGE

CHECKS: tuple[Check, ...] = (*HOST, *PYTHON, *PACKAGES, *METAL, *RANGE, *CUDA, *LATER)
BY_ID = {check.id: check for check in CHECKS}
