"""A program that runs fedreel's commands in faulty environments, and prints how each ended.

It needs Linux and root, for a small disk and for another user's permissions. A case is a shell
script with a command; it has a new folder, and its command may end well, or with one line and
without anything half made.

    python environment_faults.py FOLDER [WORD ...]

Only cases with one of the words are run. Manim's own command needs the current folder and reads its
settings before it reads any scene, so it is not tried without either.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tiny_record import full_run

from fl_sim import record

FEDREEL = f"{sys.executable} -P -m scenes.cli"
MANIM = f"{sys.executable} -P -m manim"
ROOT = Path(__file__).parents[2]
MARK = "FEDREEL_FAULT"  # a variable of all processes of a case
PATIENCE = 300  # seconds
STOPPED = 124  # the exit status of ``timeout``
READER_GONE = 141
# Lines of progress, and what the record of a release does not have.
EXPECTED = re.compile(r"\w+: .+, \d+ of \d+, \d+ s|.*chapter \w+ is left out: .*")
OUTPUTS = ("*.mp4", "*.srt", "*.gif", "*.png", "*.html", "*.json", "site")

COMMANDS = {
    "film": f"{FEDREEL} film credits -q low -o out/x.mp4",
    "gif": f"{FEDREEL} film credits -q low -o out/x.gif",
    "webm": f"{FEDREEL} film credits -q low -o out/x.webm",
    "loop": f"{FEDREEL} loop -q low --run ../record -o out/x.gif",
    "sheet": f"{FEDREEL} sheet credits -o out/x.png",
    "slides": f"{FEDREEL} slides credits -q low -o out/x.html",
    "release": f"{FEDREEL} release -q low --shape 16:9 --run ../record out/site",
    "audit": f"{FEDREEL} audit credits --json out/x.json",
    "check": f"{FEDREEL} check credits -o out/check --json out/x.json",
    "watch": f"timeout -s INT 20 {FEDREEL} watch credits -o out",
    "manim": f"{MANIM} -ql --progress_bar none -v WARNING --media_dir out/media "
    f"{ROOT}/scenes/credits.py Credits",
}
DISK = "mount -t tmpfs -o size={} tmpfs . && cd . && cd $PWD && "
USER = "setpriv --bounding-set=-dac_override,-dac_read_search,-fowner "
# The shell script of a fault, with the places of its command.
FAULTS = {
    "disk of 100 kB": DISK.format("100k") + "{}",
    "disk of 400 kB": DISK.format("400k") + "{}",
    "disk of 1 MB": DISK.format("1m") + "{}",
    "output on a full disk": "mkdir out; mount -t tmpfs -o size=8k tmpfs out; "
    "head -c 9000 /dev/zero >out/full 2>/dev/null; {}",
    "files of 40 kB at most": "ulimit -f 40; {}",
    "40 descriptors": "ulimit -n 40; {}",
    "16 descriptors": "ulimit -n 16; {}",
    "9 descriptors": "ulimit -n 9; {}",
    "600 MB of memory": "ulimit -v 600000; {}",
    "300 MB of memory": "ulimit -v 300000; {}",
    "150 MB of memory": "ulimit -v 150000; {}",
    "read-only disk": "mount -t tmpfs -o ro tmpfs . && cd $PWD && {}",
    "folder without permission": "chmod 555 .; " + USER + "{}",
    "output without permission": "mkdir -m 555 out; " + USER + "{}",
    "store without permission": "mkdir -p media/store; chmod 555 media/store; " + USER + "{}",
    "store is a file": "mkdir media; touch media/store; {}",
    "media is a file": "touch media; {}",
    "output's folder is a file": "touch out; {}",
    "reader of output gone": "({}) | true",
    "standard output closed": "{} >&-",
    "standard output full": "{} >/dev/full",
    "standard error closed": "{} 2>&-",
    "standard input closed": "{} <&-",
    "ASCII": "export LC_ALL=C PYTHONIOENCODING=ascii PYTHONUTF8=0; {}",
    "unknown locale": "LC_ALL=xx_XX.latin9 PYTHONIOENCODING=latin-1 {}",
    "no home": "unset HOME; {}",
    "home missing": "HOME=/nowhere/at/all {}",
    "home without permission": "mkdir -m 555 home; HOME=$PWD/home " + USER + "{}",
    "no temporary folder": "TMPDIR=/nowhere/at/all {}",
    "temporary folder without permission": "mkdir -m 555 tmp; TMPDIR=$PWD/tmp " + USER + "{}",
    "folder removed": "mkdir gone; cd gone; rmdir ../gone; {}",
    "bare environment": "exec env -i PATH=/usr/bin:/bin PYTHONPATH=$PYTHONPATH {}",
    "broken manim.cfg": "echo '[CLI' >manim.cfg; {}",
    "terminal of one column": "COLUMNS=1 TERM=dumb {}",
}
CASES = {
    "disk of 100 kB": "film loop release manim",
    "disk of 400 kB": "film loop sheet slides release check",
    "disk of 1 MB": "gif webm sheet slides watch",
    "output on a full disk": "film gif webm loop sheet slides release audit check watch manim",
    "files of 40 kB at most": "film gif slides release audit check watch manim",
    "40 descriptors": "film loop release audit",
    "16 descriptors": "film check",
    "9 descriptors": "film audit manim",
    "600 MB of memory": "film webm check release",
    "300 MB of memory": "film audit",
    "150 MB of memory": "film",
    "read-only disk": "film loop release audit check watch manim",
    "folder without permission": "film slides release watch manim",
    "output without permission": "film gif loop sheet slides release audit check watch manim",
    "store without permission": "film release watch",
    "store is a file": "film loop release watch",
    "media is a file": "film check watch",
    "output's folder is a file": "film audit check release watch manim",
    "reader of output gone": "film audit check release watch",
    "standard output closed": "film audit check manim",
    "standard output full": "film audit check",
    "standard error closed": "film audit check",
    "standard input closed": "film check",
    "ASCII": "film loop audit check watch manim",
    "unknown locale": "film audit",
    "no home": "film audit manim",
    "home missing": "film check manim",
    "home without permission": "film manim",
    "no temporary folder": "film slides release webm",
    "temporary folder without permission": "slides",
    "folder removed": "film audit",
    "bare environment": "film check",
    "broken manim.cfg": "film audit check watch",
    "terminal of one column": "film audit",
}


def main() -> None:
    """Run the cases, and exit with the number of those that ended badly."""
    folder, *words = sys.argv[1:]
    place = Path(folder).absolute()
    place.mkdir(parents=True, exist_ok=True)
    record.save(full_run(), place / "record")
    bad = 0
    for number, (fault, name) in enumerate(cases()):
        if words and not any(word in f"{fault}: {name}" for word in words):
            continue
        complaints = list(tried(place / str(number), FAULTS[fault].format(COMMANDS[name])))
        print(f"{number} {fault}: {name}: {' | '.join(complaints)}", flush=True)
        bad += any(not complaint.startswith("ok") for complaint in complaints)
    print(f"{bad} ended badly")
    sys.exit(bad)


def cases() -> Iterator[tuple[str, str]]:
    """Yield faults and names of commands."""
    for fault, names in CASES.items():
        for name in names.split():
            yield fault, name


def tried(place: Path, script: str) -> Iterator[str]:
    """Run a case in its folder; yield how it ended, and what is wrong with that."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), MARK: str(place)}
    # In a namespace of its own, mounts end with the case; what is in them is listed before.
    listing = f"find {place} >{place}.files"
    done = subprocess.run(
        ["unshare", "-m", "bash", "-c", f"({script}); code=$?; {listing}; exit $code"],
        cwd=place, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
        errors="replace",
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if not EXPECTED.match(line)]
    yield f"ok {done.returncode}: {' / '.join(said)[:400]}"
    if "Traceback" in done.stderr + done.stdout:
        yield "a traceback"
    quiet = done.returncode in (0, READER_GONE) or "2>&-" in script
    watched = done.returncode == STOPPED and len(said) < 2  # and waits for a change, well or not
    if not watched and len(said) != (not quiet):
        yield f"{len(said)} lines"
    found = [Path(line) for line in Path(f"{place}.files").read_text("utf-8").splitlines()]
    if left := [path.name for path in found if re.match(r"\.\d+|work-|\.fedreel", path.name)]:
        yield f"half made: {left}"
    outputs = [path for path in found if path.parent == place / "out" and path.is_file()]
    printed = "/dev/full" in script  # only the last line is lost, and the file is whole
    if (
        done.returncode not in (0, STOPPED)
        and not printed
        and (made := [path.name for path in outputs if path.name != "full"])
    ):
        yield f"made: {made}"
    if running := list(processes(place)):
        yield f"still running: {running}"


def processes(place: Path) -> Iterator[str]:
    """Yield the processes of a case that still run."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"{MARK}={place}".encode() in environment.split(b"\0"):
            yield process.name


if __name__ == "__main__":
    main()
