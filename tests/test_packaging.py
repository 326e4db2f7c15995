"""What a wheel brings and can do without any extra, and what the set-up files say."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
EXTRAS_ALONE = {"simcord", "pytest", "playwright", "hypothesis", "pillow-heif"}
"""What only the extras bring; the bot must run without any of them."""


def run(*command, **options):
    return subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=60, check=False, **options
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built as pip builds it; with hatchling at hand nothing is fetched for it."""
    folder = tmp_path_factory.mktemp("wheel")
    alone = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    built = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *alone, "-w", folder, ROOT)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("plantain-*.whl"))


def needed_by(wheel):
    """The distributions that a wheel needs here, and those they need, without extras."""
    with zipfile.ZipFile(wheel) as file:
        name = next(name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        described = metadata.PathDistribution(zipfile.Path(file, name.removesuffix("METADATA")))
        left = [(line, "") for line in described.requires or ()]
    found = set()
    while left:
        line, extra = left.pop()
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in {"", *requirement.extras}:
            if (name, wanted) not in found:
                found.add((name, wanted))
                left += [(line, wanted) for line in metadata.requires(name) or ()]
    return {name for name, _ in found}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel and the files of what it needs, linked from this one."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    packages = next(folder.glob("lib/python*/site-packages"))
    for name in needed_by(wheel):
        for top in {file.parts[0] for file in metadata.files(name) if file.parts[0] != ".."}:
            source = Path(metadata.distribution(name).locate_file(top))
            if top != "__pycache__" and source.exists() and not (packages / top).exists():
                (packages / top).symlink_to(source)
    pip = [sys.executable, "-m", "pip", "--python", python]
    done = run(*pip, "install", "-q", "--no-deps", "--no-index", wheel)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def test_the_wheel_holds_every_file_the_bot_reads(wheel):
    data = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "cogs")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {Path(name).suffix for name in data} >= {".py", ".toml", ".sql", ".ftl", ".html"}
    with zipfile.ZipFile(wheel) as file:
        held = set(file.namelist())
    assert data <= held
    others = {name for name in held - data if ".dist-info/" not in name}
    assert others == set()


def test_the_base_install_needs_nothing_of_the_extras(wheel):
    assert not needed_by(wheel) & EXTRAS_ALONE


def test_the_base_install_runs_its_commands(installed, tmp_path):
    """Help, the database, the cogs, and a clear word where something must be set or installed."""
    environment = {"PATH": os.defpath, "DATA_DIR": str(tmp_path / "data")}

    def plantain(*arguments):
        return run(installed / "plantain", *arguments, cwd=tmp_path, env=environment)

    helped = plantain("--help")
    assert helped.returncode == 0, helped.stderr
    assert all(command in helped.stdout for command in ("demo", "run", "generate", "db", "ledger"))
    assert plantain("db", "upgrade").returncode == 0
    assert (tmp_path / "data" / "plantain.db").is_file()

    unset = plantain("run")
    assert (unset.returncode, unset.stderr.count("\n")) == (2, 1)
    assert "DISCORD_TOKEN" in unset.stderr
    bare = plantain("demo")
    assert bare.returncode == 2
    assert re.fullmatch(r"plantain: plantain\[demo\]: .*simcord.*\n", bare.stderr)

    imports = "import cogs.balance, cogs.generate, cogs.result, bot.serve"
    done = run(installed / "python", "-c", imports, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr


def test_every_pin_is_one_exact_version_and_no_address():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)] == []
    names = [canonicalize_name(line.partition("==")[0]) for line in lines]
    assert len(names) == len(set(names))


def test_everything_the_bot_needs_is_pinned_to_what_is_tested(wheel):
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = {
        canonicalize_name(name): version for name, _, version in (x.partition("==") for x in lines)
    }
    assert {name: metadata.version(name) for name in needed_by(wheel)}.items() <= pins.items()


@pytest.mark.parametrize("file", ["Dockerfile", "Makefile", "README.md", "CONTRIBUTING.md"])
def test_every_install_line_keeps_to_the_pins(file):
    text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.search(r"pip (\S+ )*install\b", line)]
    assert lines or file == "CONTRIBUTING.md"
    loose = [line for line in lines if "constraints.txt" not in line and "--no-deps" not in line]
    assert loose == []


def test_every_extra_the_readme_names_can_be_installed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = re.findall(r"'\.\[([\w,]+)\]'", (ROOT / "README.md").read_text("utf-8"))
    extras = {extra for names in named for extra in names.split(",")}

    assert "heic" in extras
    assert extras <= set(project["optional-dependencies"])


PLACES = re.compile(
    r"(?<![\w.])/(home|Users|root|work|opt|mnt)/[\w.-]"  # a developer's own folders
    r"|(pypi|pythonhosted|artifactory|nexus|jfrog)[\w.-]*\.(org|com|io|net|local)\b"
    r"|index-url|find-links"
)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_no_file_in_git_names_a_package_index_or_a_place_on_somebodys_machine():
    tracked = run("git", "ls-files", "-z", cwd=ROOT).stdout.split("\0")
    named = []
    for name in tracked:
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        named += [f"{name}: {found[0]}" for found in PLACES.finditer(text)]
    assert len(tracked) > 100
    assert named == []
