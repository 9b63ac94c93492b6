"""Writes the findings and explanations on the pages anew, to be reviewed as a diff: python -m tests.language.update [PAGE…]"""

from __future__ import annotations

import sys

from tests.language.pages import FOLDER, checked, examined, failures, pages, rewritten, shown


def main(only: list[str]) -> int:
    """Rewrite the pages named, or all; say which examples do not hold. Gives how many do not."""
    broken = 0
    for page in (*pages(), *pages(FOLDER.parent / "guides")):
        if only and page.name not in only:
            continue
        for case in page.cases:
            result = checked(case)
            problem = ""
            if case.bad:
                problem = "" if result.errors else "no error"
            elif result.program is None:
                problem = shown(result.findings)
            else:
                found = examined(case, result.program)
                problem = failures(found) if found else "no example"
            if problem:
                broken += 1
                sys.stdout.write(f"-- {case.title}\n{problem}\n")
        try:
            fresh = rewritten(page)
        except AssertionError as error:
            sys.stdout.write(f"-- {page.name}: not rewritten: {error}\n")
            continue
        if fresh != page.text:
            page.path.write_text(fresh, encoding="utf-8")
            sys.stdout.write(f"{page.name}: rewritten\n")
    return broken


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
