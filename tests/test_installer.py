"""The installer on Macs made of stand-ins: what it refuses, and what it would run.

Every program it could find on a Mac is a small script in the only folder of PATH, so
the tests run on Linux and change nothing.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "install_macos_m1.sh"
REAL = ("awk", "cat", "dirname", "env", "find", "ls", "mkdir", "rm", "touch")

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not SCRIPT.is_file(),
    reason="needs the scripts folder, and a system without a Mac's own Pythons",
)

PYTHON = """#!/bin/bash
# A Python as far as the installer asks.
case "$*" in
  *ensurepip*) echo "{version} {machine} {maker}" ;;
  *getusersitepackages*) echo "{site}" ;;
  *)
    echo "python$(printf ' <%s>' "$@") user-site-off=$PYTHONNOUSERSITE" >>"{log}"
    if [ "$2" = venv ]; then
      mkdir -p "$3/bin" "$3/lib"
      cat "{folder}/venv-python" >"$3/bin/python"
      cat "{folder}/venv-doctor" >"$3/bin/seqforecast"
      "{chmod}" +x "$3/bin/python" "$3/bin/seqforecast"
    fi
    ;;
esac
"""

DOCTOR = """#!/bin/bash
echo "seqforecast $*" >>"{log}"
exit {code}
"""


class Mac:
    """A sandbox with stand-ins; by default an M1 with macOS 14.5 and Python 3.12."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.home = folder / "home"
        self.site = self.home / "Library" / "site-packages"
        self.venv = folder / "venv"
        self.variables = {}
        self.home.mkdir(parents=True)
        self.bin.mkdir()
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))
        self.program("uname", "echo Darwin")
        self.program("id", "echo 501")
        self.program("sw_vers", "echo 10.16")
        self.program("arch", 'echo "arch $*" >>"$LOG"; shift; exec "$@"')
        self.disk(megabytes=90_000)
        self.sysctl()
        self.python("python3.12", "3.12")
        self.doctor()

    def program(self, name, body):
        path = self.bin / name
        path.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def sysctl(self, arm64=1, translated=0, version="14.5"):
        known = {
            "hw.optional.arm64": arm64,
            "sysctl.proc_translated": translated,
            "kern.osproductversion": version,
        }
        cases = " ".join(
            f"{name}) echo {value} ;;"
            for name, value in known.items()
            if value is not None
        )
        self.program("sysctl", f'case "$2" in {cases} *) exit 1 ;; esac')

    def disk(self, megabytes):
        heading = "echo Filesystem 1024-blocks Used Available Capacity Mounted"
        self.program(
            "df", f'{heading}; echo "/dev/disk3 9 9 {megabytes * 1024} 9% /"; : "$@"'
        )

    def python(self, name, version, machine="arm64", maker="plain"):
        text = PYTHON.format(
            version=version,
            machine=machine,
            maker=maker,
            site=self.site,
            log=self.log,
            folder=self.folder,
            chmod=shutil.which("chmod"),
        )
        for path in (self.bin / name, self.folder / "venv-python"):
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755)

    def doctor(self, code=0):
        text = DOCTOR.format(log=self.log, code=code)
        (self.folder / "venv-doctor").write_text(text, encoding="utf-8")

    def without(self, *names):
        for name in names:
            (self.bin / name).unlink()

    def install(self, *options):
        """Run the script, and return exit code, stdout, stderr."""
        done = subprocess.run(
            ["/bin/bash", str(SCRIPT), "--venv", str(self.venv), *options],
            env={
                "PATH": str(self.bin),
                "HOME": str(self.home),
                "LOG": str(self.log),
                **self.variables,
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    @property
    def calls(self):
        """What the stand-ins were asked to do."""
        if not self.log.is_file():
            return []
        return self.log.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def mac(tmp_path):
    return Mac(tmp_path / "a folder")


def refused(mac, *options):
    """Return the message and the hint, after checking that nothing was done."""
    code, out, err = mac.install(*options)
    assert code == 4, (out, err)
    assert not [call for call in mac.calls if not call.startswith("arch")]
    message, hint = err.strip().splitlines()[-2:]
    assert hint.startswith("hint: ")
    return message.removeprefix("error: "), hint.removeprefix("hint: ")


def test_a_mac_that_is_ready_gets_the_plugin_and_a_doctor(mac):
    """The whole run; the folder has a space in its name.

    Broken on purpose: `$venv` without quotes.
    """
    code, out, err = mac.install()

    assert (code, err) == (0, "")
    venv, constraints = mac.venv, ROOT / "constraints-metal.txt"
    wheels = "python <-m> <pip> <install> <--only-binary> <:all:>"
    assert mac.calls == [
        f"python <-m> <venv> <{venv}> user-site-off=1",
        "python <-m> <pip> <install> <--upgrade> <pip> user-site-off=1",
        f"{wheels} <-c> <{constraints}> <-e> <{ROOT}[metal]> user-site-off=1",
        "seqforecast doctor --require metal",
    ]
    assert (venv / ".metal").is_file()
    assert out.splitlines()[-1].startswith("Next: ")


def test_without_the_plugin_nothing_of_metal_is_asked_for(mac):
    mac.python("python3.13", "3.13")
    mac.without("python3.12")

    code, _, err = mac.install("--cpu")

    assert (code, err) == (0, "")
    assert mac.calls[2].endswith(
        f"<-c> <{ROOT}/constraints.txt> <-e> <{ROOT}> user-site-off=1"
    )
    assert mac.calls[-1] == "seqforecast doctor"
    assert not (mac.venv / ".metal").exists()


def test_a_dry_run_prints_the_commands_and_runs_none(mac):
    code, out, err = mac.install("--dry-run")

    assert (code, err) == (0, "")
    assert mac.calls == []
    assert not mac.venv.exists()
    shown = [line for line in out.splitlines() if line.startswith("+ ")]
    assert shown[-1].endswith("/bin/seqforecast doctor --require metal")
    assert len(shown) == 6


@pytest.mark.parametrize("code", [1, 4])
def test_the_exit_code_of_the_doctor_is_passed_on(code, mac):
    """Broken on purpose: a line of text after it that always succeeds."""
    mac.doctor(code=code)

    assert mac.install()[0] == code


def test_it_can_run_twice(mac):
    mac.install()
    first = len(mac.calls)

    code, _, err = mac.install()

    assert (code, err) == (0, "")
    again = mac.calls[first:]
    assert not [call for call in again if "<venv>" in call]
    assert len(again) == first - 1


def test_a_second_run_for_the_cpu_takes_the_plugin_out(mac):
    mac.install()

    code, _, _ = mac.install("--cpu")

    assert code == 0
    assert any("<uninstall> <--yes> <tensorflow-metal>" in call for call in mac.calls)
    assert not (mac.venv / ".metal").exists()


def test_under_rosetta_it_starts_again_natively(mac):
    """sysctl answers 1 until `arch -arm64` has been used."""
    mac.program(
        "sysctl",
        'case "$2" in hw.*) echo 1 ;; kern.*) echo 14.5 ;; '
        '*) [ -n "${SEQFORECAST_NATIVE:-}" ] && echo 0 || echo 1 ;; esac',
    )

    code, out, _ = mac.install("--cpu")

    assert code == 0
    assert "starting again natively" in out
    assert mac.calls[0].startswith(f"arch -arm64 /bin/bash {SCRIPT} --venv {mac.venv}")
    assert mac.calls[-1] == "seqforecast doctor"


def test_rosetta_that_cannot_be_left_is_refused(mac):
    """It does not start itself again for ever."""
    mac.sysctl(translated=1)

    message, hint = refused(mac)

    assert message == "this terminal runs under Rosetta and cannot be left"
    assert "Open using Rosetta" in hint
    assert len(mac.calls) == 1


@pytest.mark.parametrize("arm64", [0, None])
def test_an_intel_mac_is_refused(arm64, mac):
    mac.sysctl(arm64=arm64)

    message, _ = refused(mac)

    assert message.startswith("this Mac has an Intel processor")


def test_another_system_is_refused(mac):
    mac.program("uname", "echo Linux")

    assert refused(mac)[0] == "this is Linux, not macOS"


@pytest.mark.parametrize("version", ["11.7.10", "12.0.1", "12.0", "10.16"])
def test_an_old_macos_is_refused(version, mac):
    mac.sysctl(version=version)

    message, _ = refused(mac)

    assert message.startswith(f"macOS {version} is too old")


@pytest.mark.parametrize("version", ["12.1", "12.7.6"])
def test_macos_12_is_warned_about(version, mac):
    mac.sysctl(version=version)

    code, _, err = mac.install()

    assert code == 0
    assert err.startswith(f"warning: on macOS {version} recurrent layers are slow")


def test_the_version_is_asked_of_another_program_when_the_kernel_is_silent(mac):
    mac.sysctl(version=None)

    assert refused(mac)[0].startswith("macOS 10.16 is too old")


def test_root_is_refused_after_the_system_was_checked(mac):
    """Broken on purpose: the user checked first."""
    mac.program("id", "echo 0")
    assert refused(mac)[0] == "this runs as root"

    mac.program("uname", "echo Linux")
    assert refused(mac)[0] == "this is Linux, not macOS"


def test_only_python_3_13_is_refused_with_the_plugin(mac):
    mac.without("python3.12")
    mac.python("python3.13", "3.13")

    message, hint = refused(mac)

    assert message.startswith("no native (arm64) Python 3.10 to 3.12 was found")
    assert f"{mac.bin}/python3.13 is 3.13 arm64 plain" in message
    assert "only --cpu works" in hint


def test_only_the_python_of_the_system_is_refused(mac):
    mac.without("python3.12")
    mac.python("python3", "3.9")

    message, hint = refused(mac)

    assert message.endswith(f"found; {mac.bin}/python3 is 3.9 arm64 plain")
    assert "brew install python@3.12" in hint


def test_no_python_at_all_is_refused(mac):
    mac.without("python3.12")

    assert refused(mac)[0] == "no native (arm64) Python 3.10 to 3.12 was found"


def test_an_intel_python_is_passed_over(mac):
    mac.python("python3.12", "3.12", machine="x86_64")
    assert "python3.12 is 3.12 x86_64 plain" in refused(mac)[0]

    mac.python("python3.11", "3.11")
    code, out, _ = mac.install("--dry-run")
    assert code == 0
    assert f"{mac.bin}/python3.11".replace(" ", "\\ ") in out


def test_the_python_of_conda_is_passed_over_and_may_be_named(mac):
    """With its base environment active, its Python comes first in PATH."""
    mac.variables = {"CONDA_DEFAULT_ENV": "base", "CONDA_PREFIX": str(mac.home)}
    mac.without("python3.12")
    mac.python("python3", "3.12", maker="conda")
    assert f"{mac.bin}/python3 is 3.12 arm64 conda" in refused(mac)[0]

    code, _, _ = mac.install("--python", str(mac.bin / "python3"))
    assert code == 0
    assert mac.calls[0].startswith("python <-m> <venv>")


def test_an_environment_of_conda_is_not_installed_into(mac):
    (mac.venv / "conda-meta").mkdir(parents=True)

    assert refused(mac)[0] == f"{mac.venv} is an environment of conda"


def test_a_named_python_that_does_not_fit_is_refused(mac):
    mac.python("odd", "3.13")
    message, _ = refused(mac, "--python", str(mac.bin / "odd"))
    assert message == (
        f"{mac.bin}/odd is 3.13 arm64 plain; wanted: 3.10 to 3.12, arm64"
    )

    message, _ = refused(mac, "--python", "no-such-python")
    assert message.startswith("no-such-python is no Python with venv")


def test_variables_that_lead_out_of_the_environment_are_dropped(mac):
    """Broken on purpose: PYTHONPATH passed on."""
    mac.python("python3.12", "3.12")
    text = (mac.folder / "venv-python").read_text(encoding="utf-8")
    text = text.replace('echo "python', 'echo "[${PYTHONPATH:-}${PIP_USER:-}] python')
    (mac.folder / "venv-python").write_text(text, encoding="utf-8")
    mac.variables = {"PYTHONPATH": "/somewhere", "PIP_USER": "1"}

    assert mac.install()[0] == 0
    assert all(call.startswith("[0] ") for call in mac.calls[1:-1])


def test_leftovers_of_tensorflow_macos_are_refused(mac):
    mac.install()
    mac.log.unlink()
    left = mac.venv / "lib/python3.12/site-packages/tensorflow_macos-2.13.0.dist-info"
    left.mkdir(parents=True)

    message, _ = refused(mac)

    assert message == f"{mac.venv} holds tensorflow-macos, which overwrites TensorFlow"


def test_a_plugin_outside_any_environment_is_refused(mac):
    (mac.site / "tensorflow-plugins").mkdir(parents=True)

    message, hint = refused(mac)

    assert message.endswith(f"would be loaded: {mac.site}")
    assert "pip uninstall tensorflow-metal" in hint


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda venv: (venv / "a").mkdir(parents=True), "is not a virtual environment"),
        (
            lambda venv: (
                (venv / "bin").mkdir(parents=True),
                (venv / "bin/python").symlink_to("/no/such/python"),
            ),
            "was made from is gone",
        ),
    ],
)
def test_a_folder_that_is_no_working_environment_is_refused(make, message, mac):
    make(mac.venv)

    assert message in refused(mac)[0]


def test_an_empty_folder_becomes_the_environment(mac):
    mac.venv.mkdir()

    assert mac.install()[0] == 0


def test_a_full_disk_is_refused(mac):
    mac.disk(megabytes=2900)

    message, hint = refused(mac)

    assert message == (
        f"2900 MB are free on the disk of {mac.folder}; 3072 MB are needed"
    )
    assert "--venv" in hint


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--metal"], "unknown option --metal"),
        (["--python"], "--python needs a value"),
        (["--venv", ""], "--venv needs a value"),
    ],
)
def test_a_wrong_option_is_a_wrong_request(options, message, mac):
    code, _, err = mac.install(*options)

    assert code == 2
    assert err.startswith(f"error: {message}\n")


def test_the_help_names_every_option(mac):
    code, out, _ = mac.install("--help")

    assert code == 0
    options = re.findall(r"^    (--\w+[-\w]*)", SCRIPT.read_text("utf-8"), re.MULTILINE)
    assert {"--cpu", "--dry-run", "--python", "--help"} <= set(options)
    assert all(f"  {option} " in out for option in [*options, "--venv"])


def test_the_script_is_clean_and_speaks_the_bash_of_macos():
    """No word of a bash newer than 3.2, no option of GNU's tools."""
    text = SCRIPT.read_text(encoding="utf-8")
    newer = r"mapfile|readarray|declare -A|local -n|\$\{\w+(,,|\^\^)|&>>|\|&|coproc"
    gnu = r"readlink -f|sed -i|\btimeout\b|grep -P|date -d"

    assert not re.search(f"{newer}|{gnu}", text)
    assert os.access(SCRIPT, os.X_OK)
    program = shutil.which("shellcheck", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        [program, str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
