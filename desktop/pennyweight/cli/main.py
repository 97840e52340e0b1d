"""`pennyweight COMMAND …`: the same services without a window. Commands are imported when they are called."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from pennyweight import __version__
from pennyweight.domain.errors import KnownError

if TYPE_CHECKING:
    from pennyweight.services.container import Services

COMMANDS = {
    "ask": ("ask", "Ask the model on this computer, or a provider."),
    "summarize": ("summarize", "Summarize a text of any length."),
    "meter": ("meter", "What the answers used and cost."),
    "price": ("price", "What a usage object costs at list price."),
    "models": ("models", "The model shelf."),
    "compare": ("compare", "The same prompt to several models."),
    "keys": ("keys", "API keys, addresses, budgets and the lock."),
    "audit": ("audit", "Where the money and the tokens went."),
    "what-if": ("what_if", "What a task would cost, run many times."),
    "import": ("imports", "Other programs' usage into the ledger."),
    "reconcile": ("reconcile", "A provider's bill against the ledger."),
    "export": ("export", "Chats, ledger or report into files."),
    "doctor": ("doctor", "Check that everything is in order."),
}
"""Command -> module in this folder, and its line in the help."""


class _Commands(click.Group):
    """Imports a command's module only when it is needed, so that `--help` and `--version` answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pennyweight.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pennyweight")
def group() -> None:
    """Answers on your own hardware, and a meter that tells what each one cost.

    Without a command the window opens. PENNYWEIGHT_HOME moves all data to another folder.
    """


def run(argv: Sequence[str], open_services: Callable[[], Services]) -> int:
    """The exit code: 0 done, 1 failed (one line on standard error) or stopped with Ctrl-C, 2 wrong usage."""
    _show_all_letters()
    try:
        # Without its standalone mode click hands back the code of an `Exit`; our commands return nothing.
        code = group.main(args=list(argv), prog_name="pennyweight", standalone_mode=False, obj=open_services)
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 1
    except KnownError as error:
        _say(error.sentence)
        return 1
    except (KeyboardInterrupt, click.Abort):
        _say("Stopped.")
        return 1
    except BrokenPipeError:
        # Whoever read our output is gone: nothing more to say, not even at the interpreter's end.
        _drop_output()
        return 1
    except OSError as error:
        # Known failures of files are sentences by now: what is left is our own output, on a full disk for example.
        _drop_output()
        _say(f"The output cannot be written: {error.strerror or type(error).__name__}.")
        return 1
    return code if isinstance(code, int) else 0


def _show_all_letters() -> None:
    """A letter that the output's encoding lacks is written as its number instead of ending the answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Nothing more goes to standard output, not even what is still buffered at the interpreter's end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
