"""`python -m benchmarks.publishing_stage.serve STATE PORT`: the sandbox by the shared clock."""

import sys
from pathlib import Path

import uvicorn

from benchmarks.publishing_stage import virtual
from sandbox.app import create_app

if __name__ == "__main__":
    state, port = Path(sys.argv[1]), int(sys.argv[2])
    shared = virtual.shared()
    app = create_app(state, f"http://127.0.0.1:{port}", clock=shared.timestamp if shared else None)
    uvicorn.run(app, host="127.0.0.1", port=port, lifespan="off", log_level="warning", backlog=512)
