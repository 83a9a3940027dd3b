"""A budget of seconds: members, epochs and steps that fit into it."""

from seqforecast.training.section import TrainingSection

# With fewer epochs, or fewer steps in one, hardly anything is learnt.
LEAST_EPOCHS = 10
LEAST_STEPS = 10
LEAST_PATIENCE = 3


def fit_into(
    section: TrainingSection,
    seconds: float,
    *,
    epoch: float,
    steps: int,
    selections: float,
    least_members: int = 1,
) -> TrainingSection:
    """Return a section whose training takes at most so many seconds, if it can.

    First epochs are left out, down to `LEAST_EPOCHS`, then members, down to as many as
    there are lookbacks, then steps of an epoch, down to `LEAST_STEPS`. What fits is
    left as it is, and nothing becomes more than it was. Patience shrinks with the
    epochs.

    Args:
        section: what was asked.
        seconds: for training.
        epoch: seconds of one epoch, validation included.
        steps: of one epoch.
        selections: fits of one member, a refit counted by its length.
        least_members: as many as there are lookbacks.
    """
    whole = max(seconds, 0.0) / (epoch * selections)
    least = min(LEAST_EPOCHS, section.epochs)
    members = min(section.ensemble, max(int(whole / least), least_members))
    epochs = min(section.epochs, max(int(whole / members), least))
    planned = {"ensemble": members, "epochs": epochs}
    share = whole / (members * epochs)
    if share < 1 and steps > LEAST_STEPS:
        planned["steps_per_epoch"] = max(int(steps * share), LEAST_STEPS)
    if section.patience is not None and epochs < section.epochs:
        shrunk = section.patience * epochs // section.epochs
        least_patience = min(LEAST_PATIENCE, section.patience)
        planned["patience"] = max(shrunk, least_patience)
    return section.model_copy(update=planned)
