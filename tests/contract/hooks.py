"""What Schemathesis is told beside its settings: the chunk of a resumable upload is bytes."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
