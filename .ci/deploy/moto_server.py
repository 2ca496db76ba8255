"""moto in place of AWS, while a check runs."""

import os
import socket
import subprocess
import sys
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_port(port, process):
    for _ in range(300):
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, f"{process.args} ended"
        time.sleep(0.2)
    raise AssertionError(f"{process.args} does not listen")


class Moto:
    """Starts it on a free port; `environment` sends the AWS CLI, SAM and cargo-lambda there."""

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        program = os.path.join(os.path.dirname(sys.executable), "moto_server")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([program, "-p", str(port)], **quiet)
        await_port(port, self.process)
        self.environment = os.environ | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "moto",
            "AWS_SECRET_ACCESS_KEY": "moto",
            "AWS_DEFAULT_REGION": "ap-southeast-1",
            "AWS_REGION": "ap-southeast-1",
            "SAM_CLI_TELEMETRY": "0",
        }
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
