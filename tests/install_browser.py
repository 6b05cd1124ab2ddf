"""Find Chromium for the browser tests, else install it; where that cannot be, say why they will skip. Never fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> None:
    if any(shutil.which(name) for name in NAMES) or from_playwright():
        return
    problems = [problem for attempt in (with_apt, with_playwright) if (problem := attempt()) is not None]
    if not (any(shutil.which(name) for name in NAMES) or from_playwright()):
        print("Browser tests will skip: no Chromium here, and it could not be installed:")
        print("\n".join(f"  {problem}" for problem in problems))


def with_apt() -> str | None:
    """None when done, else why not."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return "apt-get: only root can install packages" if shutil.which("apt-get") else "apt-get: not on this machine"
    print("Installing Chromium for the browser tests ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    # The list of packages is fetched only when the machine has none, or an old one.
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = run(command, environment)
        if done.returncode == 0 and command is install:
            return None
    return f"apt-get: {last_line(done)}"


def with_playwright() -> str | None:
    done = run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))
    return None if done.returncode == 0 else f"playwright install chromium: {last_line(done)}"


def from_playwright() -> bool:
    """Whether Playwright's own download is there."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return any(cache.glob("chromium-*/chrome-linux*/chrome"))


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "it took longer than ten minutes")


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout or "no message").strip().splitlines()
    return lines[-1].strip() if lines else "no message"


if __name__ == "__main__":
    main()
