"""The device follows what doctor measured, and a wrong one is refused."""

import pytest

from seqforecast.errors import BackendError
from seqforecast.training import devices
from seqforecast.training.devices import choose_device, use_device
from seqforecast.training.measured_devices import (
    Evidence,
    MeasuredNumbers,
    Speed,
    shape_of,
)

SMALL = {"cell": "lstm", "batch": 32}
LARGE = {"cell": "lstm", "batch": 1024}
WRONG = MeasuredNumbers(verdict="wrong", because="a ReLU returned -1.5")
CRASHED = MeasuredNumbers(verdict="unusable", because="the parity probe hung")
SLOWER = (
    "recurrent layers are slower on Metal than on the CPU of the same Mac; "
    "doctor has not measured this one"
)


class Gpu:
    """Stands in for a physical device."""


class FakeTensorFlow:
    """As much of TensorFlow as choosing a device takes."""

    def __init__(self, gpus, *, started=False):
        self.gpus = [Gpu() for _ in range(gpus)]
        self.visible = list(self.gpus)
        self.started = started
        self.options = {}
        self.config = self.experimental = self.optimizer = self

    def list_physical_devices(self, kind):
        assert kind == "GPU"
        return self.gpus

    def get_visible_devices(self, _kind):
        return self.visible

    def set_visible_devices(self, chosen, _kind):
        if self.started:
            raise RuntimeError("Visible devices cannot be modified after being used")
        self.visible = chosen

    def set_memory_growth(self, gpu, _grows):
        assert gpu in self.gpus

    def set_experimental_options(self, options):
        self.options = options


@pytest.fixture
def machine(monkeypatch):
    """Invent a machine: GPUs, evidence, system."""

    def invent(gpus, system="linux", evidence=None, *, started=False):
        tf = FakeTensorFlow(gpus, started=started)
        monkeypatch.setattr(devices, "load_tensorflow", lambda: tf)
        monkeypatch.setattr(devices, "read_evidence", lambda: evidence or Evidence())
        monkeypatch.setattr(devices.sys, "platform", system)
        return tf

    return invent


def measured(numbers=None, shape=SMALL, **milliseconds):
    times = {name.replace("_", ":"): value for name, value in milliseconds.items()}
    speed = [Speed(shape=shape, milliseconds=times)] if times else []
    return Evidence(measured="2026-05-04", numbers=numbers or {}, speed=speed)


@pytest.mark.parametrize(
    ("gpus", "system", "name", "why"),
    [
        (0, "linux", "cpu", "TensorFlow sees no GPU"),
        (0, "darwin", "cpu", "TensorFlow sees no GPU"),
        (2, "linux", "gpu:0", "TensorFlow sees a GPU; doctor has not measured it"),
        (
            1,
            "darwin",
            "cpu",
            SLOWER,
        ),
    ],
)
def test_without_evidence_a_gpu_is_used_with_cuda_and_not_with_metal(
    gpus, system, name, why, machine
):
    machine(gpus, system)

    device = use_device("auto")

    assert (device.name, device.why) == (name, why)


@pytest.mark.parametrize("system", ["linux", "darwin"])
@pytest.mark.parametrize(
    ("times", "name", "why"),
    [
        (
            {"cpu": 12.0, "gpu_0": 3.0},
            "gpu:0",
            "doctor measured it 4 times as fast as cpu (cell lstm batch 32)",
        ),
        (
            {"cpu": 2.0, "gpu_0": 5.0},
            "cpu",
            "doctor measured it 2.5 times as fast as gpu:0 (cell lstm batch 32)",
        ),
        (
            {"cpu": 9.0, "gpu_0": 6.0, "gpu_1": 2.0},
            "gpu:1",
            "doctor measured it 3 times as fast as gpu:0 (cell lstm batch 32)",
        ),
    ],
)
def test_the_device_that_was_measured_faster_is_used(system, times, name, why, machine):
    """Broken on purpose: the slowest taken."""
    tf = machine(2, system, measured(**times))

    device = use_device("auto")

    assert (device.name, device.why) == (name, why)
    wanted = [] if name == "cpu" else [tf.gpus[int(name[-1])]]
    assert tf.visible == wanted


def test_a_measurement_at_the_same_shape_counts_more_than_a_later_one():
    """Broken on purpose: always the last one."""
    speed = [
        Speed(shape=LARGE, milliseconds={"cpu": 90.0, "gpu:0": 9.0}),
        Speed(shape=SMALL, milliseconds={"cpu": 1.0, "gpu:0": 9.0}),
    ]
    evidence = Evidence(speed=speed)

    assert choose_device(1, evidence, LARGE).name == "gpu:0"
    assert choose_device(1, evidence, SMALL).name == "cpu"
    assert choose_device(1, evidence).name == "cpu"


@pytest.mark.parametrize("numbers", [WRONG, CRASHED])
def test_a_fast_device_that_is_not_right_is_not_used(numbers, machine):
    """Broken on purpose: evidence of wrong numbers ignored."""
    machine(1, "linux", measured({"gpu:0": numbers}, cpu=9.0, gpu_0=1.0))

    device = use_device("auto")

    assert device.name == "cpu"
    assert device.why == f"doctor found that on gpu:0 {numbers.because}"


def test_another_gpu_takes_the_place_of_one_that_is_not_right(machine):
    machine(2, "linux", measured({"gpu:0": WRONG}))

    assert use_device("auto").name == "gpu:1"


def test_a_gpu_that_is_no_longer_there_is_not_chosen(machine):
    machine(1, "linux", measured(cpu=9.0, gpu_0=5.0, gpu_1=1.0))

    assert use_device("auto").name == "gpu:0"


@pytest.mark.parametrize("system", ["darwin", "linux"])
def test_a_device_that_computes_wrongly_is_refused_by_name_too(system, machine):
    """Broken on purpose: only `auto` looked at the evidence."""
    machine(1, system, measured({"gpu:0": WRONG}))

    with pytest.raises(BackendError) as caught:
        use_device("gpu")

    assert str(caught.value) == (
        "gpu:0 computes wrongly on this machine: a ReLU returned -1.5 "
        "(doctor, 2026-05-04)"
    )
    assert "--device cpu" in caught.value.hint
    assert caught.value.exit_code == 4


def test_a_device_that_crashed_once_may_be_asked_for_by_name(machine):
    machine(1, "linux", measured({"gpu:0": CRASHED}))

    assert use_device("gpu:0").why == "asked for"


@pytest.mark.parametrize(
    ("gpus", "wanted", "count"),
    [(0, "gpu", "no GPU"), (1, "gpu:1", "one GPU"), (2, "gpu:2", "2 GPUs")],
)
def test_a_gpu_that_is_not_there_is_refused(gpus, wanted, count, machine):
    machine(gpus)

    with pytest.raises(BackendError, match=f"asks for '{wanted}', .* sees {count} on"):
        use_device(wanted)


def test_the_second_switch_is_set_where_metal_trains_and_only_there(machine):
    """Broken on purpose: set for the CPU, too, which would lose its fused kernels."""
    off = {"use_plugin_optimizers": False, "remapping": False}
    for system, wanted, options in [
        ("darwin", "gpu", off),
        ("darwin", "cpu", {}),
        ("linux", "gpu", {}),
    ]:
        tf = machine(1, system)
        use_device(wanted)
        assert tf.options == options


def test_the_cpu_hides_every_gpu(machine):
    tf = machine(2)

    assert use_device("cpu").why == "asked for"
    assert tf.visible == []


def test_another_device_is_refused_once_tensorflow_has_started(machine):
    machine(1, started=True)

    with pytest.raises(
        BackendError, match="already started on another device than cpu"
    ):
        use_device("cpu")
    assert use_device("gpu:0").name == "gpu:0"


def test_a_shape_says_what_a_step_costs():
    from seqforecast.models.section import ModelSection

    plain = shape_of(ModelSection(cell="gru", units=[8, 4]), 48, 32)
    folded = shape_of(ModelSection(segment=24, embedding=128), 336, 64)

    assert plain == {
        "cell": "gru",
        "units": [8, 4],
        "bidirectional": False,
        "lookback": 48,
        "tokens": 48,
        "features": 1,
        "batch": 32,
    }
    assert (folded["tokens"], folded["features"]) == (14, 128)
