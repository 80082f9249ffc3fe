# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Code of ours inside an Odoo process: called with a database's environment, answers with JSON."""

import json
import subprocess

from .home import CHECKOUT
from .progress import DevError, ending, tail

SCRIPT = """
import json
import sys
from importlib import import_module
sys.path.append({checkout!r})
from dev.environment.odoo_script import ANSWER

def say(what):
    print(json.dumps(what), flush=True)

answer = import_module({module!r}).main(env, lambda hint: say(hint), **json.loads({parameters!r}))
say({{ANSWER: answer}})
"""
ANSWER = "answer"


def run_inside(odoo, current_step, log, database, module, **parameters):
    """Call ``main(env, say, **parameters)`` of a module of ``dev`` inside Odoo.

    :param current_step: shows what it passes to ``say()``
    :param log: file that takes Odoo's log
    :param module: full name of the module
    :param parameters: for it; made of what JSON knows, as is what it returns
    :return: what it returns
    :raise DevError: when it fails
    """
    script = SCRIPT.format(checkout=str(CHECKOUT), module=module, parameters=json.dumps(parameters))
    answer = None
    with log.open("w") as output:
        process = subprocess.Popen(
            odoo.command("shell", f"--database={database}", "--no-http", "--log-level=warn"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            env=odoo.environment(),
            cwd=CHECKOUT,
        )
        with ending(process), process.stdin, process.stdout:
            process.stdin.write(script)
            process.stdin.close()
            for line in process.stdout:
                said = _read(line)
                if isinstance(said, dict):
                    answer = said
                elif said:
                    current_step.hint = said
            process.wait()
    if process.returncode or answer is None:
        raise DevError(f"It failed inside Odoo.\n\n{tail(log)}\n\nThe whole log: {log}")
    return answer[ANSWER]


def _read(line):
    """Read what was said; None for what others print."""
    try:
        return json.loads(line)
    except ValueError:
        return None
