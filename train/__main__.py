"""python -m train: the table of commands."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NoReturn

import typer

from ecgviewer.model.bundle import BundleError
from train.commands.campaign import campaign
from train.commands.clinical import clinical
from train.commands.compare import compare
from train.commands.cross_validate import cross_validate
from train.commands.evaluate import evaluate
from train.commands.figures import figures
from train.commands.fit import fit
from train.commands.options import console
from train.commands.prepare import prepare
from train.commands.ship import score, ship
from train.commands.tables import tables
from train.config import ConfigError
from train.data.database import DatabaseError

# one row and one file in train/commands/ each
COMMANDS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "prepare": prepare,
        "fit": fit,
        "cross-validate": cross_validate,
        "compare": compare,
        "evaluate": evaluate,
        "figures": figures,
        "tables": tables,
        "clinical": clinical,
        "campaign": campaign,
        "score": score,
        "ship": ship,
    }
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def _say(sentence: str) -> NoReturn:
    console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(2) from None


def main() -> None:
    """Run a command; errors are one sentence and exit status 2."""
    try:
        app(standalone_mode=True)
    except (BundleError, ConfigError, DatabaseError) as error:
        _say(str(error))
    except OSError as error:  # a folder that cannot be written, a disk that is full
        _say(f"{error.filename or 'file'}: {error.strerror or error}")


if __name__ == "__main__":
    main()
