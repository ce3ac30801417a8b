"""The command line: one module per command, and no logic of its own."""

import click

from asyncpattern_lint import __version__
from asyncpattern_lint.cli.changed import changed
from asyncpattern_lint.cli.check import check
from asyncpattern_lint.cli.clean import clean
from asyncpattern_lint.cli.config import config
from asyncpattern_lint.cli.rule import rule
from asyncpattern_lint.cli.shell import Shell


@click.group(cls=Shell, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="asyncpattern-lint", message="%(prog)s %(version)s")
def main() -> None:
    """Find every async use that cannot work, and prove it by its definition."""


main.add_command(changed)
main.add_command(check)
main.add_command(clean)
main.add_command(config)
main.add_command(rule)
