"""What an app enqueues for a higher one is declared, and a start without its handler ends with one line."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.jobs import registry
from apps.jobs.checks import check_declarations
from apps.jobs.circuit_registry import register_circuit

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def declared(monkeypatch, kind_of):
    monkeypatch.setattr(registry, "_enqueued", set(registry._enqueued))


def test_store_declares_what_it_enqueues_for_higher_apps():
    check_declarations()

    assert "shipment" in registry.enqueued_kinds()


def test_kind_without_a_handler_is_named():
    registry.enqueues("settle_points", "shipment")
    registry.enqueues("settle_documents")

    with pytest.raises(ImproperlyConfigured) as refusal:
        check_declarations()

    assert str(refusal.value) == (
        "Jobs of the kind settle_documents are enqueued, but no app has a handler for them.\n"
        "Jobs of the kind settle_points are enqueued, but no app has a handler for them."
    )


def test_circuit_that_nobody_declares_is_named(kind_of):
    kind = kind_of(lambda job: None, circuit="courier:dhl")

    with pytest.raises(ImproperlyConfigured) as refusal:
        check_declarations()
    register_circuit("courier:")
    check_declarations()

    assert str(refusal.value) == (
        f"Jobs of the kind {kind} depend on courier:dhl, which is not declared by register_circuit."
    )


def test_start_without_a_handler_is_refused():
    program = (
        "import django; from apps.jobs.registry import enqueues; enqueues('settle_points'); django.setup()"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: "
        "Jobs of the kind settle_points are enqueued, but no app has a handler for them."
    )
