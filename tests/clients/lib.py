"""What the scripts share: where the simulator is comes by standard input, what was checked goes out
line by line, and a browser's help is asked for the same way."""

import json
import sys
from contextlib import contextmanager

ready = json.loads(sys.stdin.readline())
#: Both services at one address, for clients that resolve no *.localhost.
plain = f"http://127.0.0.1:{ready['port']}"


def tell(message):
    print(json.dumps(message), flush=True)


@contextmanager
def check(name):
    """Checks something, and tells that it did."""
    yield
    tell({"checked": name})


@contextmanager
def fails(kind):
    """Fails unless what is inside fails so; gives a list that the error is put into."""
    errors = []
    try:
        yield errors
    except kind as error:
        errors.append(error)
    assert errors, f"expected {kind.__name__}"


def done():
    tell({"done": True})
