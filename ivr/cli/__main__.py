"""`python -m ivr.cli`, the same as `ivr`."""

import sys

from ivr.cli import main

sys.exit(main())
