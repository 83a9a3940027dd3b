"""The `doctor` command."""

import shlex
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import has_terminal, listen, print_json, print_result
from seqforecast.errors import BackendError, ConfigError, SeqforecastError, did_you_mean

if TYPE_CHECKING:
    from seqforecast.doctor.examination import Request, Workload
    from seqforecast.doctor.report import Diagnosis


def doctor(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not start TensorFlow; under a second.")
    ] = False,
    experiment: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="EXPERIMENT",
            help="Measure the speed at the shapes of this experiment.",
            show_default=False,
        ),
    ] = None,
    require: Annotated[
        Literal["", "gpu", "metal", "cuda"],
        typer.Option(
            metavar="gpu|metal|cuda",
            help="Fail unless such a GPU can be used.",
            show_default=False,
        ),
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on warnings too.")
    ] = False,
    only: Annotated[
        str,
        typer.Option(metavar="ID", help="Make one check only.", show_default=False),
    ] = "",
    list_checks: Annotated[
        bool, typer.Option("--list-checks", help="List all checks and leave.")
    ] = False,
    explain: Annotated[
        str,
        typer.Option(
            metavar="ID", help="Say why a check is made and leave.", show_default=False
        ),
    ] = "",
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Show what would mend it, ask, and do it in this environment."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: do not ask.")] = False,
    to_paste: Annotated[
        bool,
        typer.Option(
            "--report", help="Print a report to paste, without names of you and host."
        ),
    ] = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show every check.")
    ] = False,
) -> None:
    """Say whether this machine is ready to train, and what mends it.

    Exit code 0: usable; 1: a check failed; 4: the examination could not be finished.

    Example:

        seqforecast doctor --quick
    """
    from seqforecast.doctor.checks.all_checks import BY_ID, CHECKS
    from seqforecast.doctor.report import explanation, listing

    if list_checks:
        print_result(listing(CHECKS))
        return
    if explain:
        _know(explain, BY_ID)
        print_result(explanation(BY_ID[explain]))
        return
    if only:
        _know(only, BY_ID)
    if yes and not fix:
        raise typer.BadParameter("--yes goes with --fix")
    if fix and (as_json or to_paste):
        raise typer.BadParameter("--fix goes with neither --json nor --report")
    listen(quiet=quiet or not has_terminal(), verbose=False)
    from seqforecast.doctor.examination import Request

    diagnosis = _examine(
        Request(
            require=require,
            strict=strict,
            quick=quick,
            only=only,
            workload=_workload(experiment) if experiment else None,
        )
    )
    _show(diagnosis, as_json=as_json, to_paste=to_paste, verbose=verbose)
    if fix:
        _mend(diagnosis, yes=yes)
    if diagnosis.exit_code:
        raise typer.Exit(diagnosis.exit_code)


def _know(name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        guess, _, _ = did_you_mean(name, known).partition("known: ")
        raise ConfigError(
            f"no check is called {name!r}",
            hint=f"{guess}`seqforecast doctor --list-checks` names all",
        )


def _workload(experiment: str) -> "Workload":
    """Return what an experiment trains; the data are read only if they decide it."""
    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.doctor.examination import Workload

    loaded = load_experiment(resolve(experiment))
    settled = loaded.experiment
    if "auto" in (settled.window.lookback, settled.window.horizon):
        from seqforecast.workflows.pipeline.prepare import prepare

        settled = prepare(settled, loaded.folder).experiment
    return Workload(
        model=settled.model,
        training=settled.training,
        lookback=settled.window.lookbacks[0],
        horizon=int(settled.window.horizon),
        experiment=settled.name,
    )


def _examine(request: "Request") -> "Diagnosis":
    """Examine this machine; a fault of ours ends with exit code 4 and its traceback."""
    from seqforecast.doctor.examination import examine
    from seqforecast.doctor.this_machine import ThisMachine

    try:
        return examine(ThisMachine(), request)
    except SeqforecastError:
        raise
    except Exception as error:
        typer.echo(traceback.format_exc(), err=True)
        raise BackendError(
            f"the examination broke off: {type(error).__name__}: {error}",
            hint="this is a fault of doctor; please report the lines above",
        ) from error


def _show(
    diagnosis: "Diagnosis", *, as_json: bool, to_paste: bool, verbose: bool
) -> None:
    from seqforecast.doctor import report

    if as_json:
        print_json(report.as_json(diagnosis))
    elif to_paste:
        print_result(report.to_paste(diagnosis))
    else:
        print_result(report.text(diagnosis, verbose=verbose))


def _mend(diagnosis: "Diagnosis", *, yes: bool) -> None:
    """Show the plan, ask, and carry it out."""
    from seqforecast.doctor import fix

    steps = fix.plan(diagnosis.machine, diagnosis.results)
    if not steps:
        print_result("\n--fix: nothing here can be mended by installing packages.")
        return
    wanted = fix.commands(diagnosis.machine, steps)
    print_result(f"\n--fix changes {diagnosis.machine.python.prefix}:")
    for step in wanted:
        print_result(f"  {shlex.join(step)}")
    if not yes and not typer.confirm("Do it?", err=True):
        return
    fix.carry_out(wanted)
    print_result("Done; run `seqforecast doctor` again.")
