"""Filters of the list of jobs."""

import django_filters

from apps.jobs.models import JobStatus


class JobFilter(django_filters.FilterSet):
    """Filters of the jobs."""

    status = django_filters.ChoiceFilter(choices=JobStatus.choices, help_text="Status of the job")
    kind = django_filters.CharFilter(help_text="Kind of job, such as invoice or shipment")
    subject = django_filters.CharFilter(help_text="Object the job is about, such as order:7")
