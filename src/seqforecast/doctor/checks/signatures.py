"""Known failures recognised in what a child process printed."""

import re

from seqforecast.doctor.checks.signature_table import SIGNATURES, Signature

BENIGN = (
    r"Could not identify NUMA node of platform GPU",
    r"Created TensorFlow device",
    r"Metal device set to",
    r"systemMemory:",
    r"maxCacheSize:",
    r"Plugin optimizer for device_type GPU is enabled",
    r"oneDNN custom operations",
    r"cpu_feature_guard|This TensorFlow binary is optimized|To enable the following",
    r"Unable to register cu(DNN|BLAS|FFT) factory|computation_placer",
    r"TF-TRT Warning",
    r"successful NUMA node read from SysFS",
    r"All log messages before absl::InitializeLog",
    r"Fatal Python error|Current thread|Extension modules|^\s*File ",
    r"Compiled cluster using XLA|XLA service|StreamExecutor device",
)


def recognise(text: str) -> Signature | None:
    """Return the first signature found in a text, in the order of the table."""
    for signature in SIGNATURES:
        if re.search(signature.fragment, text, re.IGNORECASE):
            return signature
    return None


def telling_line(text: str, signature: Signature | None) -> str:
    """Return the line that proves a signature, or else the last that means something.

    Lines that are printed on healthy machines too are never returned.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if signature:
        for line in lines:
            if re.search(signature.fragment, line, re.IGNORECASE):
                return _shortened(line)
    worth = [line for line in lines if not re.search("|".join(BENIGN), line)]
    return _shortened(worth[-1]) if worth else ""


def _shortened(line: str) -> str:
    return line if len(line) <= 200 else f"{line[:197]}..."
