"""`make lock`: pins both requirements files, for every platform, without naming a registry."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements", "requirements-dev")
# What is pinned stays pinned; delete a line, or name a version in the .in file, to move it.
COMMAND = [
    *(sys.executable, "-m", "uv", "pip", "compile", "--quiet"),
    *("--universal", "--python-version", "3.11"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
]


def main() -> int:
    """Pin both files; the first failing exit code, else 0."""
    for name in FILES:
        arguments = [f"{name}.in", "--output-file", f"{name}.txt"]
        code = subprocess.run([*COMMAND, *arguments], cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
