"""A machine made of a few files and programs, behind the seam of doctor."""

import dataclasses
from collections.abc import Mapping

from seqforecast.doctor.facts.machine import Preflight, ProbeResult
from seqforecast.doctor.system_interface import Interpreter, Ran

SITE = "/env/lib/python3.11/site-packages"
METADATA = """Metadata-Version: 2.4
Name: tensorflow
Requires-Dist: protobuf<8.0.0,>=6.31.1
Requires-Dist: numpy>=1.26.0
Requires-Dist: tensorflow-io>=0.23; python_version < "3.10"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"

Requires-Dist: this line is prose
"""
RECORD = """tensorflow/__init__.py,sha256=x,10
tensorflow/libtensorflow_cc.so.2,sha256=x,500
tensorflow/python/_pywrap_tensorflow_internal.so,sha256=x,70
"""
BUILD = """import collections

build_info = collections.OrderedDict([('cuda_version', '12.5.1'), ('is_cuda', True)])
"""
FILES = {
    f"{SITE}/tensorflow-2.21.0.dist-info/METADATA": METADATA,
    f"{SITE}/tensorflow-2.21.0.dist-info/RECORD": RECORD,
    f"{SITE}/tensorflow-2.21.0.dist-info/WHEEL": "Tag: cp311-cp311-linux_x86_64\n",
    f"{SITE}/tensorflow/python/platform/build_info.py": BUILD,
    f"{SITE}/tensorflow/libtensorflow_cc.so.2": "x" * 500,
    f"{SITE}/tensorflow/python/_pywrap_tensorflow_internal.so": "x" * 70,
    f"{SITE}/protobuf-5.29.6.dist-info/METADATA": "",
    f"{SITE}/NumPy-2.1.3.dist-info/METADATA": "",
    "/proc/cpuinfo": "model name\t: Xeon\nflags\t\t: sse avx\n\nflags : none\n",
    "/proc/meminfo": "MemTotal:       16384000 kB\n",
    "/proc/version": "Linux version 6.8.0 (gcc)\n",
}
PYTHON = Interpreter(
    "Linux",
    "x86_64",
    (3, 11, 9),
    executable="/env/bin/python",
    prefix="/env",
    base_prefix="/usr",
    path=("/env/bin", SITE),
    schemes=(SITE, "/home/ada/.local/lib/python3.11/site-packages"),
    user_site="/home/ada/.local/lib/python3.11/site-packages",
    working="/home/ada/code",
    home="/home/ada",
    libc=("glibc", "2.39"),
)


@dataclasses.dataclass
class Invented:
    """A machine made of a few files and programs."""

    files: Mapping[str, str] = dataclasses.field(default_factory=lambda: FILES)
    programs: Mapping[str, Ran] = dataclasses.field(default_factory=dict)
    interpreter: Interpreter = PYTHON
    environ: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def run(self, *command: str) -> Ran | None:
        return self.programs.get(command[0])

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def names(self, folder: str) -> tuple[str, ...]:
        start = f"{folder}/"
        inside = [path[len(start) :] for path in self.files if path.startswith(start)]
        return tuple(sorted({name.partition("/")[0] for name in inside}))

    def size(self, path: str) -> int | None:
        return len(self.files[path]) if path in self.files else None

    def disk_free(self, _: str) -> int | None:
        return 10**11

    def preflight(self, plugin: str, library: str) -> Preflight:
        return Preflight(loads=False, error=f"{plugin} {library}")

    def probe(self, name: str) -> ProbeResult:
        return ProbeResult(name, "ok", {"loaded": True, "code": 0, "version": 12040})
