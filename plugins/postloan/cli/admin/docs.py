"""`python -m postloan admin docs`: the generated documents."""

import argparse


def run(args: argparse.Namespace) -> int:
    """Write the pages, or only compare them; 1 if one of them is stale, else 0."""
    from postloan.reference.pages import stale_pages, write_pages

    if not args.check:
        for path in write_pages():
            print(f"written: {path}")
        return 0
    stale = stale_pages()
    for path, lines in stale.items():
        print(f"{path} is stale; run `make docs`. It begins to differ here:")
        print("\n".join(f"    {line}" for line in lines))
    return 1 if stale else 0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `admin docs` command."""
    parser = subparsers.add_parser(
        "docs",
        help="write the generated pages of docs/",
        description="Writes the reference of feeds, tables and DAGs from contracts and code.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, fail if a page is stale"
    )
    parser.set_defaults(run=run)
