"""Typeset the reading notes: notes/<venue>/<name>.typ becomes pdf/<venue>/<name>.pdf.

A development tool, run by `make notes`.
"""

from pathlib import Path

import typst

HERE = Path(__file__).parent
NOTES = HERE / "notes"


def main() -> None:
    for source in sorted(NOTES.glob("*/*.typ")):
        target = HERE / "pdf" / source.relative_to(NOTES).with_suffix(".pdf")
        target.parent.mkdir(parents=True, exist_ok=True)
        typst.compile(str(source), output=str(target), root=str(NOTES), timestamp=0)
        print(f"{target.relative_to(HERE)}: {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
