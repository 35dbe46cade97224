"""The command `ivr`: one file a word; a user's mistake is one line and exit code 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ivr.cli import (
    check,
    compile,
    demo,
    doctor,
    forget,
    graph,
    misses,
    models,
    prompts,
    publish,
    reference,
    render,
    rollback,
    run,
    schema,
    seed,
    serve,
    show,
    talk,
    tasks,
    test,
    versions,
)
from ivr.errors import UserError

WORDS = {
    "run": run,
    "serve": serve,
    "seed": seed,
    "check": check,
    "models": models,
    "demo": demo,
    "doctor": doctor,
    "render": render,
    "graph": graph,
    "compile": compile,
    "prompts": prompts,
    "talk": talk,
    "tasks": tasks,
    "test": test,
    "misses": misses,
    "publish": publish,
    "versions": versions,
    "rollback": rollback,
    "forget": forget,
    "show": show,
    "schema": schema,
    "reference": reference,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one word; its exit code (0 well, 1 found wanting, 2 a mistake that the user can mend)."""
    parser = argparse.ArgumentParser(prog="ivr", description="A helpline that answers by itself.")
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    for name, module in WORDS.items():
        about = (module.__doc__ or "").strip().splitlines()[0]
        module.arguments(words.add_parser(name, help=about, description=about))
    given = parser.parse_args(arguments)
    try:
        return int(WORDS[given.word].main(given))
    except UserError as fault:
        print(f"ivr: {fault}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read it has seen enough ('| head'); Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
