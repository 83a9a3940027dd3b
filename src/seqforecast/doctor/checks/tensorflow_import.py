"""Checks of TensorFlow's import, done in a child process."""

from seqforecast.doctor.checks.failure_signatures import (
    judge_ending,
    recognise,
    telling_line,
)
from seqforecast.doctor.checks.finding import (
    Finding,
    advice,
    fail,
    lose_gpu,
    ok,
    pip,
    skip,
)
from seqforecast.doctor.checks.install_recipes import cuda_extra, has_metal
from seqforecast.doctor.facts.machine import Machine


def tensorflow(machine: Machine) -> Finding:
    """Judge whether TensorFlow can be imported."""
    probe = machine.probes["import"]
    broken = judge_ending(machine, probe, "importing TensorFlow")
    if broken:
        return broken
    return ok(f"TensorFlow {probe.data.get('tensorflow')} imports")


def backend(machine: Machine) -> Finding:
    """Judge whether Keras runs on TensorFlow."""
    keras_backend = machine.probes["import"].data.get("keras_backend", "tensorflow")
    if keras_backend == "tensorflow":
        return ok("Keras runs on TensorFlow")
    return fail(
        f"Keras runs on {keras_backend}, not on TensorFlow",
        advice("remove `backend` from keras.json in the folder .keras at home"),
        KERAS_BACKEND=machine.environ.get("KERAS_BACKEND", "not set"),
    )


def gpu(machine: Machine) -> Finding:
    """Judge whether TensorFlow sees the GPU that is there."""
    probe = machine.probes["import"]
    seen = list(probe.data.get("gpus") or ())
    if seen:
        return ok(", ".join(f"{one.get('name')} ({one.get('kind')})" for one in seen))
    if machine.cuda.present:
        return _no_cuda(machine)
    if has_metal(machine):
        return lose_gpu(
            "the Metal plug-in is installed, but TensorFlow sees no GPU",
            pip(
                (
                    "install",
                    "--force-reinstall",
                    "--no-deps",
                    "tensorflow-metal==1.2.0",
                ),
                why="puts the plug-in in place again",
            ),
            output=telling_line(probe.output, None) or "nothing",
        )
    if machine.required:
        return lose_gpu(
            f"TensorFlow sees no GPU, and --require {machine.required} asks for one",
            advice("leave --require out, or run this where the GPU is"),
        )
    return skip("this machine has no GPU for TensorFlow")


def _no_cuda(machine: Machine) -> Finding:
    probe = machine.probes["import"]
    signature = recognise(probe.output)
    line = telling_line(probe.output, signature)
    if signature:
        return lose_gpu(signature.cause, *signature.fixes(machine), output=line)
    if not dict(probe.data.get("build") or machine.packages.build).get("is_cuda_build"):
        return lose_gpu(
            "this TensorFlow was built without CUDA",
            pip(
                ("uninstall", "-y", "tensorflow", "tensorflow-cpu"),
                ("install", "tensorflow[and-cuda]>=2.18.1,<2.22"),
                why="replaces it by the one with CUDA",
            ),
        )
    return lose_gpu(
        "TensorFlow sees no GPU, although the driver and the libraries are there",
        cuda_extra(machine),
        output=line or "nothing",
    )
