"""A command whose TEXT may begin with a dash, as a list of bullets does."""

from __future__ import annotations

import re

import click

_BULLETS = re.compile(r"-{1,2}\s")


class TextCommand(click.Command):
    """An argument that begins with a dash and a space is text, never an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" not in args:
            texts = [each for each in args if _BULLETS.match(each)]
            args = [each for each in args if not _BULLETS.match(each)]
            if texts:
                args += ["--", *texts]
        return super().parse_args(ctx, args)
