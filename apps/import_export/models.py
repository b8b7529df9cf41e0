"""Files that staff take out and bring in, in parts: web and workers may be different machines."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from apps.import_export.formats import Writing
from apps.jobs.models import Job, JobStatus
from apps.users.models import User

SUBJECT = "export:"

ModelT = TypeVar("ModelT", bound=models.Model)


class FileQuerySet(models.QuerySet[ModelT]):
    """Files, each of which belongs to whoever created it."""

    def visible_to(self, user: User) -> Self:
        """Return the user's own files; superusers see all."""
        return self.all() if user.is_superuser else self.filter(created_by=user)


class ExportQuerySet(FileQuerySet["Export"]):
    """Questions about exports."""

    def with_job(self) -> Self:
        """Add `job_status` of the latest job of each, and its creator."""
        subject = Concat(models.Value(SUBJECT), Cast(models.OuterRef("pk"), models.CharField()))
        latest = Job.objects.filter(subject=subject).order_by("-pk")
        return self.select_related("created_by").annotate(
            job_status=models.Subquery(latest.values("status")[:1])
        )


class Export(models.Model):
    """A table that somebody wants as a file, and how far it is written.

    The rows are those that the admin's list shows its creator under the `query`.
    """

    kind = models.CharField(_("kind"), max_length=50)
    query = models.TextField(_("filter"), blank=True, default="")
    has_mark = models.BooleanField(_("byte order mark"), default=False)
    delimiter = models.CharField(_("delimiter"), max_length=1, blank=True, default=",", db_default=",")
    decimal = models.CharField(_("decimal sign"), max_length=1, default=".", db_default=".")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    listed = models.IntegerField(_("rows of the list, about"))
    done = models.IntegerField(_("rows of the list that are written"), default=0)
    last_id = models.BigIntegerField(_("the last of them"), default=0)
    rows = models.BigIntegerField(_("rows"), default=0)
    parts_written = models.IntegerField(_("parts"), default=0)
    size = models.BigIntegerField(_("bytes"), default=0)
    # Names, in a list for each of the kind's `further`, as they were when the file was begun.
    further_columns = models.JSONField(
        _("further columns"), default=list, db_default=models.Value([], models.JSONField())
    )
    archive = models.JSONField(
        _("what a workbook is made of"), default=dict, db_default=models.Value({}, models.JSONField())
    )

    objects = ExportQuerySet.as_manager()

    job_status: str | None  # of an export that was fetched `with_job`

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["created_by", "-id"], name="import_export_export_of_user")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """Return what the file is called."""
        return f"{self.kind}-{self.created_at:%Y-%m-%d}-{self.pk}.{self.writing.extension}"

    @property
    def writing(self) -> Writing:
        """Return how the file is written."""
        return Writing(self.has_mark, self.delimiter, self.decimal)

    @property
    def subject(self) -> str:
        """Return what its jobs are found by."""
        return f"{SUBJECT}{self.pk}"

    @property
    def status(self) -> JobStatus:
        """Return where an export that was fetched `with_job` stands."""
        if self.finished_at:
            return JobStatus.DONE
        # The job that wrote a part may be done a moment before the next one is looked at.
        return JobStatus.RUNNING if self.job_status in {None, "done"} else JobStatus(self.job_status)


class ExportPart(models.Model):
    """A piece of the file."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts", verbose_name=_("export"))
    number = models.IntegerField(_("number"))
    data = models.BinaryField(_("data"))

    class Meta:
        verbose_name = _("part of an export")
        verbose_name_plural = _("parts of exports")
        ordering = ("export", "number")
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="import_export_exportpart_unique")
        ]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.number}"


class UploadStatus(models.TextChoices):
    """Where a file that was brought in stands."""

    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("waits for a decision")
    UNUSABLE = "unusable", _("cannot be used")
    WRITING = "writing", _("being imported")
    DONE = "done", _("imported")


class Upload(models.Model):
    """A file that staff brought in, and how far it is checked and written. The report is for them."""

    name = models.CharField(_("file"), max_length=255)
    size = models.BigIntegerField(_("bytes"))
    lines = models.BigIntegerField(_("lines"))
    language = models.CharField(_("language"), max_length=10)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    status = models.CharField(
        _("status"), max_length=10, choices=UploadStatus.choices, default=UploadStatus.CHECKING
    )
    last_row = models.BigIntegerField(_("last row that was read"), default=1)
    parts_checked = models.IntegerField(_("parts that were checked"), default=0)
    parts_written = models.IntegerField(_("parts that are written"), default=0)
    report = models.JSONField(_("report"), default=dict)
    dialect = models.JSONField(
        _("how it is read"), default=dict, db_default=models.Value({}, models.JSONField())
    )
    checks = models.IntegerField(_("checks before this one"), default=0, db_default=0)

    objects = FileQuerySet["Upload"].as_manager()

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=UploadStatus.values), name="import_export_upload_status_known"
            ),
        ]
        indexes = [models.Index(fields=["created_by", "-id"], name="import_export_upload_of_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_file(self) -> bool:
        """Tell whether the file is still there as it came."""
        return self.parts.filter(is_checked=False).exists()

    @property
    def subject(self) -> str:
        """Return what its jobs are found by."""
        return f"upload:{self.pk}"


class UploadPart(models.Model):
    """A piece of the file as it came, or of its good rows as they were read."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts", verbose_name=_("uploaded file"))
    is_checked = models.BooleanField(_("checked"))
    number = models.IntegerField(_("number"))
    data = models.BinaryField(_("data"))

    class Meta:
        verbose_name = _("part of an uploaded file")
        verbose_name_plural = _("parts of uploaded files")
        ordering = ("upload", "is_checked", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "is_checked", "number"], name="import_export_uploadpart_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"
