"""Every way an experiment can be wrong, and the whole text a user then reads."""

from pathlib import Path

from seqforecast.config import shipped
from seqforecast.config.experiment_file import load_experiment, resolve
from seqforecast.errors import ConfigError

DATA = "data: {source: synthetic, kind: sine}\n"
TABLE = "data: {source: table, path: sales.csv}\n"

SEVERAL = """\
sed: 3
data:
  source: synthetic
  kind: sine
  period: fast
model:
  cell: gruu
  cell: lstm
  units: 50
training:
  epochs: 0
"""

# title: the file (text, bytes, or None: absent), then overrides.
BAD: dict[str, tuple[str | bytes | None, tuple[str, ...]]] = {
    "misspelt setting": (DATA + "training:\n  epoch: 20\n", ()),
    "misspelt section": (DATA + "trainig:\n  epochs: 20\n", ()),
    "nothing like it": (DATA + "training:\n  wibble: 20\n", ()),
    "setting in the wrong section": (DATA + "training:\n  units: [50]\n", ()),
    "setting of another source": (TABLE.replace("}", ", period: 7}"), ()),
    "dotted name in the file": (DATA + "training.epochs: 20\n", ()),
    "text for a whole number": (DATA + "training:\n  epochs: abc\n", ()),
    "quoted number": (DATA + 'training:\n  learning_rate: "1e-3"\n', ()),
    "number with a fraction": (DATA + "training:\n  epochs: 20.5\n", ()),
    "whole number with a point": (DATA + "training:\n  epochs: 20.0\n", ()),
    "number with underscores": (DATA + "training:\n  epochs: 1_000\n", ()),
    "number for a list": (DATA + "model:\n  units: 50\n", ()),
    "word for a list": (DATA + "evaluation: {baselines: naive}\n", ()),
    "number for text": (TABLE.replace("sales.csv", "2016"), ()),
    "yes for true": (DATA + "model:\n  bidirectional: yes\n", ()),
    "none for null": (DATA + "model:\n  segment: none\n", ()),
    "nothing for a number": (DATA + "training:\n  epochs:\n", ()),
    "value for a section": (DATA + "model: lstm\n", ()),
    "list for a section": (DATA + "model:\n  - lstm\n", ()),
    "section for a value": (DATA + "scale:\n  kind: standard\n", ()),
    "below its range": (DATA + "window: {lookback: 24, horizon: 0}\n", ()),
    "above its range": (DATA + "training:\n  epochs: 10000000\n", ()),
    "infinite": (DATA + "training:\n  learning_rate: .inf\n", ()),
    "share above one": (DATA + "split: {train: 1.5}\n", ()),
    "shares above one": (DATA + "split: {train: 0.9, validation: 0.2}\n", ()),
    "unknown choice": (DATA + "model:\n  cell: lstmm\n", ()),
    "choice in capitals": (DATA + "model:\n  cell: GRU\n", ()),
    "unknown calendar feature": (TABLE.replace("}", ", calendar: [hours]}"), ()),
    "column with two roles": (TABLE.replace("}", ", past: [p], future: [p]}"), ()),
    "static columns of a wide file": (TABLE.replace("}", ", static: [shop]}"), ()),
    "vectors of series that are not trained on": (
        DATA + "split: {by: series}\nmodel: {series_embedding: 4}\n",
        (),
    ),
    "unknown choice in a union": (DATA + "window: {horizon: autp}\n", ()),
    "wrong item in a list": (DATA + "model:\n  units: [64, big]\n", ()),
    "item out of range": (DATA + "model:\n  units: [64, 0]\n", ()),
    "empty list": (DATA + "model:\n  units: []\n", ()),
    "device of the wrong form": (DATA + "training: {device: tpu}\n", ()),
    "name of the wrong form": (DATA + "name: my experiment\n", ()),
    "another version": (DATA + "version: 2\n", ()),
    "segment does not divide": (
        DATA + "window:\n  lookback: 10\nmodel:\n  segment: 4\n",
        (),
    ),
    "embedding without segment": (DATA + "model:\n  embedding: 4\n", ()),
    "no data": ("name: empty\n", ()),
    "no source": ("data:\n  kind: sine\n", ()),
    "unknown source": ("data: {source: tabel, path: a.csv}\n", ()),
    "no kind": ("data:\n  source: synthetic\n", ()),
    "unknown kind": ("data:\n  source: synthetic\n  kind: sinus\n", ()),
    "no path": ("data:\n  source: table\n", ()),
    "written twice": (
        DATA + "training:\n  epochs: 2\n  batch_size: 8\n  epochs: 3\n"
        "model: {cell: gru}\nmodel: {cell: lstm}\n",
        (),
    ),
    "name that is no text": (DATA + "1: one\nnull: nothing\n", ()),
    "anchor, alias and merge key": (
        DATA + "model: &m\n  cell: gru\ntraining:\n  <<: *m\n",
        (),
    ),
    "tag": (DATA + "name: !!python/object/apply:os.system [ls]\n", ()),
    "two documents": (DATA + "---\nname: second\n", ()),
    "tab for indentation": (DATA + "training:\n\tepochs: 3\n", ()),
    "bracket left open": (DATA + "model:\n  units: [64, 64\n  cell: gru\n", ()),
    "quote left open": (DATA + 'name: "abc\n', ()),
    "colon in a value": (TABLE.replace("{", "\n  {", 1) + "name: a: b\n", ()),
    "colon forgotten": (DATA + "training:\n  epochs 3\n  batch_size: 8\n", ()),
    "uneven indentation": (DATA + "training:\n  epochs: 3\n   batch_size: 8\n", ()),
    "less indentation": (DATA + "training:\n    epochs: 3\n  batch_size: 8\n", ()),
    "backslashes": ('data: {source: table, path: "C:\\data\\x.csv"}\n', ()),
    "asterisk": ("data: {source: table, path: *.csv}\n", ()),
    "at sign": (DATA + "name: @home\n", ()),
    "nested too deeply": ("data: " + "[" * 50 + "\n", ()),
    "very long line": (TABLE.replace("sales", "x" * 300).replace("}", ", a: 1}"), ()),
    "top level is a list": ("- data\n- model\n", ()),
    "top level is text": ("just words\n", ()),
    "empty file": (b"", ()),
    "only comments": (b"# nothing yet\n", ()),
    "binary file": (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", ()),
    "not UTF-8": (DATA.encode() + b"name: caf\xe9\n", ()),
    "UTF-16": ("name: a\n".encode("utf-16"), ()),
    "control character": (DATA + "name: a\x07b\n", ()),
    "too large": (b"# x\n" * 100_000, ()),
    "absent file": (None, ()),
    "unknown override": (DATA, ("model.cel=gru",)),
    "override in an unknown section": (DATA, ("modle.cell=gru",)),
    "override in the wrong section": (DATA, ("model.epochs=3",)),
    "override without a value": (DATA, ("epochs",)),
    "override with a wrong value": (DATA, ("model.cell=gruu", "seed=-1")),
    "override with an open bracket": (DATA, ("model.units=[64",)),
    "override below a value": (DATA + "seed: 3\n", ("seed.value=1",)),
    "override that changes the source": (TABLE, ("data.source=synthetic",)),
    "several problems": (
        SEVERAL,
        ("training.epoch=3", "nonsense"),
    ),
}


def test_errors_read_as_reviewed(golden, tmp_path, monkeypatch):
    """All problems, positions, guesses and exit codes.

    Broken on purpose: without the step that takes the union's tag out of a
    location, `data.synthetic.sine.period` shows up.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shipped, "shipped_folder", lambda: tmp_path / "shipped")
    Path("shipped").mkdir()
    Path("shipped", "sine_lstm.yaml").write_text(DATA, encoding="utf-8")
    Path("folder").mkdir()
    Path("table.csv").write_text("ds,y\n", encoding="utf-8")
    Path("folder/circle.yaml").symlink_to("circle.yaml")
    told = [_told(title, *case) for title, case in BAD.items()]
    told += [
        _told_name("a directory", "./folder"),
        _told_name("data instead of an experiment", "./table.csv"),
        _told_name("absent folder", "nowhere/exp.yaml"),
        _told_name("unknown shipped name", "sine_lsmt"),
        _told_name("misspelt file", "bed.yaml"),
        _told_name("links in a circle", "folder/circle.yaml"),
    ]
    golden("config_errors.txt", "\n".join(told))


def _told(title, content, overrides):
    path = Path("bad.yaml")
    path.unlink(missing_ok=True)
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
    return _message(title, path, overrides)


def _told_name(title, name):
    Path("bad.yaml").write_text(DATA, encoding="utf-8")
    return _message(title, name, ())


def _message(title, path, overrides):
    try:
        file = resolve(path) if isinstance(path, str) else path
        load_experiment(file, overrides)
    except ConfigError as error:
        hint = f"hint: {error.hint}\n"
        return f"# {title} (exit {error.exit_code})\nerror: {error}\n{hint}"
    return f"# {title}: NO ERROR\n"
