"""Facebook's consent for Pages."""

from publishing.platforms.meta.login import FacebookLogin


class FacebookConnect(FacebookLogin):
    name = "connect-facebook"
    platform = "facebook"
