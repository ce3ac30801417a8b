"""How every command ends: exit codes, and one line for what went wrong."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from asyncpattern_lint.config import UsageError

#: Exit codes; 130 is what shells give a process that an interrupt ended.
FINDINGS = 1
ERROR = 2
INTERRUPTED = 130

#: The environment variable that shows the traceback of an internal error.
DEBUG = "ASYNCPATTERN_LINT_DEBUG"


class Shell(click.Group):
    """A group whose commands end with one clear line, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit with 2 for an error and 130 for an interrupt."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            asked = ctx if error.ctx is None else error.ctx
            complain(f"error: {error.format_message()} See `{asked.command_path} --help`.")
            ctx.exit(ERROR)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except UsageError as error:
            complain(f"error: {error}")
            ctx.exit(ERROR)
        except KeyboardInterrupt:
            complain("interrupted")
            ctx.exit(INTERRUPTED)
        except Exception as error:
            complain(_internal(error))
            if os.environ.get(DEBUG) == "1":
                import traceback

                traceback.print_exc()
            ctx.exit(ERROR)


def complain(text: str) -> None:
    """Write one line to stderr, if there is anyone to read it."""
    from asyncpattern_lint.reporters.style import printable

    try:
        click.echo(f"asyncpattern-lint: {printable(text)}", err=True)
    except OSError:
        silence_stderr()


def silence_stdout() -> None:
    """Send what is still buffered for stdout nowhere, so that the exit does not fail on it."""
    _drop(sys.stdout)


def silence_stderr() -> None:
    """Do the same with what is buffered for stderr."""
    _drop(sys.stderr)


def _drop(stream: Any) -> None:
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, AttributeError, ValueError):
        return


def _internal(error: Exception) -> str:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    package = str(Path(__file__).parent.parent)
    own = [frame for frame in frames if frame.filename.startswith(package)]
    frame = (own or list(frames))[-1]
    place = f"{Path(frame.filename).relative_to(package) if own else frame.filename}"
    return (
        f"internal error: {type(error).__name__}: {error} (at {place}:{frame.lineno}); "
        f"please report it, with the traceback that {DEBUG}=1 shows"
    )
