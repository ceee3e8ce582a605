#!/usr/bin/env python3
"""Writes docs/cli.md from the tool's own help: scripts/cli-docs.py [TOOL]. With --check, only compares."""

import os
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
page = root / "docs/cli.md"
arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
tool = pathlib.Path(arguments[0] if arguments else root / ".build/debug/sessionizer").resolve()


def help_text(command):
    environment = dict(os.environ, COLUMNS="100", NO_COLOR="1")
    text = subprocess.run([tool, "help", *command.split()], env=environment, cwd="/", capture_output=True, text=True,
                          check=True).stdout.rstrip()
    if command != "create":
        text = re.sub(r"\nTHE JOB \(OPTIONS OVERRIDE.*?\n\n(?=[A-Z])", "\n", text, flags=re.S)
    return text


old = page.read_text()
new = re.sub(r"^## ([a-z -]+)\n\n```\n.*?\n```$", lambda found: f"## {found[1]}\n\n```\n{help_text(found[1])}\n```", old,
             flags=re.S | re.M)
if "--check" in sys.argv:
    sys.exit(0 if old == new else "docs/cli.md is not the tool's help; run scripts/cli-docs.py")
page.write_text(new)
