"""Does an address answer with 200? For health checks in an image that has no curl: python -m opsdesk.lib.probe URL"""

import sys
import urllib.error
import urllib.request


def answers(url: str, seconds: float = 4.0) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
