"""Write the code blocks of a page into files, so that compilers can read them as they stand in it.

`python -m scripts.documented_code docs/clients.md ts:FOLDER python:FOLDER` writes FOLDER/documented_1.ts, …
"""

import re
import sys
from pathlib import Path

SUFFIXES = {"ts": "ts", "python": "py"}


def main(page: str, *places: str) -> None:
    text = Path(page).read_text(encoding="utf-8")
    for language, _, folder in (place.partition(":") for place in places):
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        if not blocks:
            sys.exit(f"{page} has no code in {language}.")
        for number, block in enumerate(blocks, start=1):
            file = Path(folder) / f"documented_{number}.{SUFFIXES[language]}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
