import shutil

# As root Chromium has no sandbox; it is never to look for its makers' servers.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")
