"""`python -m seqforecast`: the command line."""

from seqforecast.cli import main

if __name__ == "__main__":
    main()
