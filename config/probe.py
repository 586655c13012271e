"""Asks the web server on this machine whether it can answer, as the proxy would ask it.

`python -m config.probe [PATH]` ends with 0 on 200, else with 1 and what was said. For health checks
of containers, every few seconds: it imports no Django and reads no settings but the addresses.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

PATH = "/readyz/serve"
PATIENCE_SECONDS = 4.0
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def probe(path: str = PATH) -> tuple[int, str]:
    """Return status and beginning of the answer; 0 and the reason where there was none."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = int(os.environ.get("PORT") or 8000)
    site = urlsplit(os.environ.get("SITE_URL") or f"http://localhost:{port}")
    connection = http.client.HTTPConnection(
        EVERY_ADDRESS.get(host, host), port, timeout=PATIENCE_SECONDS
    )
    # Else the site sends on to https, or refuses a name that is not its own.
    headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(300).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def main() -> None:
    status, text = probe(*sys.argv[1:2])
    if status != http.client.OK:
        sys.exit(f"{status or 'no answer'}: {text}")


if __name__ == "__main__":
    main()
