"""Memory while publishing a large file: `python -m benchmarks.publishing_memory [--mb 900] [--platform youtube]`.

A sparse video is published to a sandbox of its own by the product's own services and engine, in this process, whose
resident memory is watched. Ends with code 1 when it grew by 64 MB or more, or when what arrived is not what was sent.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

import django

LIMIT_MB = 64
MIB = 1024 * 1024


def _sparse(path: Path, clip: bytes, size: int) -> str:
    """The clip, then a box that players ignore up to `size` bytes; its SHA-256."""
    rest = size - len(clip)
    with path.open("wb") as handle:
        handle.write(clip)
        handle.write((1).to_bytes(4, "big") + b"free" + rest.to_bytes(8, "big"))
        handle.truncate(size)
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _publish(folder: Path, port: int, size: int, platform: str) -> bool:
    from django.core.files.storage import default_storage
    from django.core.management import call_command

    from benchmarks.publishing_stage import people, sandbox
    from benchmarks.publishing_stage.platforms import STAGES
    from benchmarks.upload import Memory
    from core import scope
    from jobs.testing import drain
    from publishing.models import PostTarget
    from publishing.services import schedule

    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    stage = STAGES[platform]
    with scope.system("memory run"), sandbox.running(folder, port) as box:
        person = people.make_person(1, people.video_bytes())
        people.connect(box, person, people.add_sample(box, stage, 1))

        def send(text: str) -> PostTarget:
            post = people.make_post(person, text, person.accounts)
            schedule.publish_now(actor=person.actor, post_id=post.pk)
            ends_at = time.monotonic() + 1800
            while time.monotonic() < ends_at:
                drain()
                target = PostTarget.objects.get(post=post)
                if target.state in ("published", "failed", "action_required"):
                    break
                time.sleep(0.5)
            return target

        # Once with a small file, so that what is loaded only once does not count.
        send("small")
        path = Path(default_storage.path(person.video.storage_key))
        person.video.sha256 = _sparse(path, path.read_bytes(), size)
        person.video.size_bytes = size
        person.video.save()
        memory = Memory(os.getpid())
        memory.start()
        began = time.monotonic()
        target = send("large")
        seconds = time.monotonic() - began
        memory.over.set()
        arrived = {row["media_sha256"] for row in box.posts()}
    good = target.state == "published" and person.video.sha256 in arrived
    words = "the same bytes" if good else f"DIFFERENT ({target.state}: {target.error_sentence})"
    print(f"published   {size / MIB:.0f} MiB to {stage.name} in {seconds:.0f} s ({size / MIB / seconds:.0f} MiB/s)")
    print(f"arrived     {words}")
    print(f"memory      grew by {memory.grown_mb:.0f} MB, from {memory.start_bytes / MIB:.0f} MB (limit {LIMIT_MB})")
    return good and memory.grown_mb < LIMIT_MB


def main() -> int:
    """Publish once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=900)
    parser.add_argument("--platform", default="youtube")
    options = parser.parse_args()
    for name in ("DATABASE_URL", "REDIS_URL", "MODE"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="publishing-memory-") as folder:
        from benchmarks.publishing_stage import sandbox

        port = sandbox.free_port()
        os.environ |= {
            "VAR_DIR": folder,
            "SANDBOX_URL": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "benchmarks.publishing_stage.settings",
            "STAGE_WHOLE_PARTS": "1",
        }
        django.setup()
        return 0 if _publish(Path(folder), port, options.mb * MIB, options.platform) else 1


if __name__ == "__main__":
    sys.exit(main())
