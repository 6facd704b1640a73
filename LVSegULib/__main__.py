"""`python -m LVSegULib` is the same as the command `lvsegu`."""

import sys

from LVSegULib.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
