"""What Instagram and Facebook share."""

from platforms.descriptor import Variable

GRAPH_VERSION = Variable(
    "version",
    "META_GRAPH_VERSION",
    "v25.0",
    pattern=r"^v\d+\.\d+$",
    help="version of the Graph API in every path, for Instagram and Facebook",
)
