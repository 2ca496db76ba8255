"""Programs that run while a check needs them, Amazon's emulator among them."""

import json
import pathlib
import subprocess
import urllib.request

import samcli.local.rapid

from moto_server import await_port, free_port
from stacks import ROOT

EMULATOR = pathlib.Path(list(samcli.local.rapid.__path__)[0]) / "aws-lambda-rie-x86_64"


class Running:
    """A program that listens on a port."""

    def __init__(self, command, port, environment, output=subprocess.DEVNULL):
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.DEVNULL)
        await_port(port, self.process)

    def stop(self):
        self.process.kill()
        self.process.wait()


def post(address, body):
    with urllib.request.urlopen(urllib.request.Request(address, json.dumps(body).encode())) as answer:
        return json.load(answer)
