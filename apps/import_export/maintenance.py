"""Daily maintenance of exports and imports."""

from apps.import_export.services import delete_old_exports
from apps.import_export.uploads import delete_old_uploads
from apps.jobs.maintenance import daily

daily(delete_old_exports)
daily(delete_old_uploads)
