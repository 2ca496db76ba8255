"""The providers that `local --services` simulates, found through the variables that it prints."""

import json
import sys
import urllib.parse
import urllib.request


def variables():
    """The variables in the file that the command names."""
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [line.strip().split("=", 1) for line in file if "=" in line]
    return {name: json.loads(value) for name, value in lines}


VARIABLES = variables()

# SDKs take a host without scheme and path.
HOST = urllib.parse.urlsplit(VARIABLES["TENCENT_SMS_ENDPOINT"]).netloc


def ask(path, body=None):
    request = urllib.request.Request(f"http://{HOST}{path}", body and body.encode())
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()


def tell(provider, word):
    """Sets the failure of a provider's next message."""
    ask(f"/_local/sms/{provider}", word)


def inbox():
    """The messages so far: provider, number, text."""
    return [(sms["carrier"], sms["to"], sms["text"]) for sms in json.loads(ask("/_local/sms"))]


class Judge:
    """Compares what an SDK makes of each answer with what the vendor documents."""

    def __init__(self, provider):
        self.provider, self.count, self.before = provider, 0, len(inbox())

    def answers(self, what, answer, expected):
        assert answer == expected, f"{self.provider}: {what}: {answer!r} instead of {expected!r}"
        self.count += 1

    def delivered(self, *expected):
        """Checks that only these messages were sent: (number, part of the text)."""
        messages = inbox()[self.before :]
        assert len(messages) == len(expected), f"{self.provider}: {messages}"
        for (carrier, to, text), (number, part) in zip(messages, expected):
            assert (carrier, to) == (self.provider, number) and part in text, f"{carrier}, {to}, {text}"
        print(f"{self.provider}: its own SDK agrees on {self.count} answers and {len(messages)} messages")
