"""The checks of the Metal plug-in, as a table."""

from seqforecast.doctor.checks import links, metal, metal_switches
from seqforecast.doctor.checks.finding import Check

NATIVE = ("host.rosetta", "host.macos")
WHOLE = ("packages.tensorflow", "packages.owners", "packages.files")

METAL: tuple[Check, ...] = (
    Check(
        "metal.python",
        "static",
        "The Metal plug-in exists for this Python",
        metal.python,
        "tensorflow-metal 1.2.0, the last, has wheels for Python 3.9 to 3.12. The "
        "markers of seqforecast[metal] leave it out elsewhere, without a word.",
        (links.METAL, "https://github.com/svpino/apple-silicon/issues/1"),
        (*NATIVE, "host.system", "python.version"),
    ),
    Check(
        "metal.plugin",
        "static",
        "The Metal plug-in is installed, if it is asked for",
        metal.plugin,
        "Without the plug-in TensorFlow uses the CPU, which for recurrent layers of "
        "forecasting size is often the faster device. --require metal insists.",
        (links.METAL,),
        (*NATIVE, "host.accelerator", "metal.python", "packages.tensorflow"),
    ),
    Check(
        "metal.places",
        "static",
        "Plug-ins lie only in this environment",
        metal.places,
        "TensorFlow loads every library in any folder `tensorflow-plugins` that it "
        "finds: from 2.19 on also in the user's site-packages, inside a virtual "
        "environment too.",
        (links.tensorflow_issue(84167), links.METAL),
        (*NATIVE, "packages.tensorflow"),
    ),
    Check(
        "metal.symbols",
        "static",
        "The Metal plug-in fits this TensorFlow",
        metal.symbols,
        "The symbols that the plug-in needs are compared with those TensorFlow's "
        "library exports, without loading either. Loads: 1.2.0 with TensorFlow 2.18 "
        "and 2.19 (and older); 1.1.0 with 2.13 to 2.17; 1.0 with 2.13. Nothing "
        "loads with 2.20 and later. The wheel declares no requirement, so that no "
        "installer can know.",
        (links.tensorflow_issue(84167), links.tensorflow_issue(81987), links.METAL),
        (*NATIVE, *WHOLE, "metal.places"),
    ),
    Check(
        "metal.macos",
        "static",
        "macOS is new enough for the Metal plug-in",
        metal_switches.macos,
        "The plug-in's file names the oldest macOS it was built for: 12.1 for 1.2.0.",
        (links.METAL,),
        (*NATIVE, *WHOLE, "metal.symbols"),
    ),
    Check(
        "metal.xla",
        "static",
        "XLA is not forced on the Metal GPU",
        metal_switches.xla,
        "Metal has no compiler for XLA.",
        (links.tensorflow_issue(58988),),
        (*NATIVE, "metal.symbols"),
    ),
    Check(
        "metal.switch",
        "static",
        "The switch against lost activations is on",
        metal_switches.switch,
        "The plug-in reads TURN_OFF_REMAPPER on each graph and skips its faulty "
        "rewriting only if the value is exactly 1. seqforecast always sets it; other "
        "programs do not.",
        (links.tensorflow_issue(92686), links.keras_issue(21108)),
        (*NATIVE, "metal.symbols"),
    ),
)
