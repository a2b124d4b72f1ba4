"""`python -m xlnn` is the command `xlnn`."""

from xlnn.cli.main import main

if __name__ == "__main__":
    main()
