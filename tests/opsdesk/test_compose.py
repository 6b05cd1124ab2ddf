"""What docker-compose.yml promises: health checks, no root, named volumes, secrets by file, nothing open inside."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

CODE = Path(__file__).resolve().parents[2]
FILE = yaml.safe_load((CODE / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
LONG_RUNNING = sorted(set(SERVICES) - {"migrate"})


def test_the_services_are_these() -> None:
    assert sorted(SERVICES) == ["beat", "caddy", "migrate", "postgres", "redis", "web", "worker"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_runs_as_root_or_may_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in ("root", "0", "0:0")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert "privileged" not in service


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_every_service_that_stays_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_of_ours_starts_before_the_tables_and_redis_are_there(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_only_the_door_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["caddy"]
    assert FILE["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_kept_is_kept_in_named_volumes(name: str) -> None:
    mounted = [volume.split(":")[0] for volume in SERVICES[name]["volumes"]]
    assert set(mounted) <= set(FILE["volumes"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_secrets_come_from_files_and_never_from_the_environment(name: str) -> None:
    for setting, value in SERVICES[name].get("environment", {}).items():
        assert "PASSWORD" not in setting or setting.endswith("_FILE")
        assert setting not in ("OPSDESK_SECRET_KEY", "DATABASE_URL")
        if setting.endswith("_FILE"):
            assert Path(value).parent == Path("/run/secrets")
            assert Path(value).name in SERVICES[name]["secrets"]


def test_redis_keeps_its_queue_over_a_crash() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes --appendfsync everysec" in command


def test_postgres_18_keeps_its_data_where_its_image_puts_it() -> None:
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_docker_compose_accepts_the_file() -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not on this machine")
    checked = subprocess.run([docker, "compose", "config", "--quiet"], cwd=CODE, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")


def test_the_image_runs_the_locked_packages_and_not_as_root() -> None:
    lines = (CODE / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001", "USER 10001:10001"]
    assert all("--frozen" in line for line in lines if "uv sync" in line)
