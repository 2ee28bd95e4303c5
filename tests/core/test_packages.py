"""What is installed, by pip and in the image, is every package and what it reads."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOT_INSTALLED = {"tests", "bench"}


def test_every_package_is_installed() -> None:
    packages = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for init in ROOT.glob("[a-z]*/**/__init__.py")
        if init.relative_to(ROOT).parts[0] not in NOT_INSTALLED
    }

    assert len(packages) > 10
    assert packages <= set(_setuptools()["packages"])


def test_the_image_is_given_every_package() -> None:
    copied = {
        line.split()[1]
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ")
    }
    folders = _setuptools()["package-dir"]

    for package in _setuptools()["packages"]:
        folder = folders.get(package) or package.split(".")[0]
        assert folder in copied, f"Dockerfile does not copy {folder}, which holds {package}"


def _setuptools() -> dict[str, Any]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setuptools: dict[str, Any] = pyproject["tool"]["setuptools"]
    return setuptools
