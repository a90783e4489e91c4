"""Let `python -m app` stand for the command `skillsplan`, where a system hides installed commands."""

from app.cli import main

if __name__ == "__main__":
    main()
