# SPDX-License-Identifier: GPL-2.0-or-later
"""The command says what the plugin says, field by field, of every capture that the plugin's own tests make: they run here
again, with a tshark whose answers are compared with the command's."""

from test_case import *  # noqa: F401,F403
from test_causes import *  # noqa: F401,F403
from test_disturbed import *  # noqa: F401,F403
from test_other_systems import *  # noqa: F401,F403
from test_preferences import *  # noqa: F401,F403
from test_sessions import *  # noqa: F401,F403
from test_stories import *  # noqa: F401,F403
from test_traps import *  # noqa: F401,F403
from test_truth import *  # noqa: F401,F403
