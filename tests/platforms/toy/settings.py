"""The product with one platform more: what one line in each registry does for good."""

import platforms
import sandbox.platforms

platforms.register("tests.platforms.toy")
sandbox.platforms.register("tests.platforms.toy.imitation")

from config.settings import *  # noqa: E402, F403
