"""Views of the jobs' API, for staff."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.cached_views import no_store
from apps.core.api.openapi.annotations import raises
from apps.core.api.permissions import StaffChanges
from apps.core.api.viewsets import StoreViewSet
from apps.jobs import services
from apps.jobs.api.filters import JobFilter
from apps.jobs.api.serializers import StaffJobOutput
from apps.jobs.exceptions import JobNotFailed
from apps.jobs.models import Job


@extend_schema_view(
    list=extend_schema(operation_id="listJobs", summary="List jobs"),
    retrieve=extend_schema(operation_id="getJob", summary="Get a job"),
)
class JobViewSet(StoreViewSet):
    """The work that the store owes."""

    body_methods = frozenset()
    model = Job
    serializer_class = StaffJobOutput
    permission_classes = (StaffChanges,)
    filterset_class = JobFilter

    def get_queryset(self) -> QuerySet[Job]:
        """Return all jobs, newest first."""
        return Job.objects.order_by("-pk")

    @no_store
    def list(self, request: Request) -> Response:
        """List all jobs, newest first. Never cached."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(StaffJobOutput(page, many=True).data)

    @no_store
    def retrieve(self, request: Request, pk: int) -> Response:
        """Get a job. Never cached."""
        job = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(StaffJobOutput(job).data)

    @extend_schema(
        operation_id="retryJob",
        summary="Retry a failed job",
        request=None,
        responses=StaffJobOutput,
    )
    @raises(JobNotFailed)
    @no_store
    def retry(self, request: Request, pk: int) -> Response:
        """Run a failed job again, with its attempts reset."""
        return Response(StaffJobOutput(services.retry(pk)).data)
