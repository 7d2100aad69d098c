from marketplace.cli import commands

commands()
