"""Keep the map of files in ARCHITECTURE.md true: one line per file, taken from the file's own docstring.

python scripts/tree.py            print the map
python scripts/tree.py --write    put it into ARCHITECTURE.md
python scripts/tree.py --check    say what differs; exit 1 if anything does
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "ARCHITECTURE.md"
PACKAGE = ROOT / "src" / "holocrine"
BEGIN = "<!-- map: written by `make tree` -->"
END = "<!-- end of map -->"
COLUMN = 26


def meaning(path: Path) -> str:
    """First line of a module's docstring without its full stop; empty if the module says nothing."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))) or ""
    return text.partition("\n")[0].strip().rstrip(".")


def contents(folder: Path) -> list[Path]:
    """What the map shows of a folder: its modules first, then its subfolders, each in alphabetical order."""
    modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    folders = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")
    return modules + [path for path in folders if any(item.is_file() for item in path.iterdir())]


def describe(path: Path) -> str:
    """A module's or a package's own words; for a folder of data, the kinds of file in it."""
    if path.is_file():
        return meaning(path)
    if (path / "__init__.py").exists():
        return meaning(path / "__init__.py")
    return "data: " + ", ".join(sorted({item.suffix.lstrip(".") for item in path.iterdir() if item.suffix}))


def lines_below(folder: Path, depth: int = 0) -> list[str]:
    """The map of one folder, indented by two spaces a level."""
    lines = []
    for path in contents(folder):
        name = "  " * depth + path.name + ("/" if path.is_dir() else "")
        lines.append(f"{name:<{COLUMN}}{describe(path)}".rstrip())
        if path.is_dir():
            lines += lines_below(path, depth + 1)
    return lines


def drawn_lines() -> list[str]:
    """The map as ARCHITECTURE.md has it now."""
    block = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    return [line for line in block.strip("\n").splitlines() if not line.startswith("```")]


def write(lines: list[str]) -> None:
    """Replace the map in ARCHITECTURE.md and leave the rest of it alone."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    block = "\n".join([BEGIN, "```text", *lines, "```", END])
    DOCUMENT.write_text(before + block + after, encoding="utf-8")


def differences(real: list[str], drawn: list[str]) -> list[str]:
    """What is in the source and not on the map, and the other way round; an order that differs counts."""
    found = [f"not on the map:     {line.strip()}" for line in real if line not in drawn]
    found += [f"only on the map:    {line.strip()}" for line in drawn if line not in real]
    if not found and real != drawn:
        found.append("the lines are right but stand in another order")
    return found


def main() -> int:
    """Print, write or check the map."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the map into ARCHITECTURE.md")
    parser.add_argument("--check", action="store_true", help="exit 1 if ARCHITECTURE.md differs from the source")
    chosen = parser.parse_args()
    lines = lines_below(PACKAGE)
    if chosen.write:
        write(lines)
    elif chosen.check:
        found = differences(lines, drawn_lines())
        print(*found, sep="\n" if found else "", end="\n" if found else "")
        return 1 if found else 0
    else:
        print(*lines, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
