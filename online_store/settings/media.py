"""Media, the files of pictures: where they are kept, and where they are served."""

from online_store.env.media import CACHE_CONTROL, SERVED_AT, in_folders, media_address, media_storages
from online_store.settings.base import VAR_DIR, env

KEEP_ORIGINALS = env.flag("KEEP_ORIGINALS", default=False)  # else uploads are deleted when they are done
MEDIA_PATH = SERVED_AT
MEDIA_CACHE_CONTROL = CACHE_CONTROL
MEDIA_URL = env.read("MEDIA_URL", SERVED_AT, media_address)
# `default` is for files that everybody may see; what is in `originals` is served to nobody, and what is in
# `feeds` by the store itself.
MEDIA_STORAGES = env.read("MEDIA_STORAGE_URL", in_folders(VAR_DIR / "media"), media_storages)
MEDIA_ROOT = MEDIA_STORAGES["default"]["OPTIONS"]["location"]
MEDIA_IN_FOLDER = "bucket_name" not in MEDIA_STORAGES["default"]["OPTIONS"]
if not MEDIA_IN_FOLDER and MEDIA_URL == SERVED_AT:
    env.refuse(
        "MEDIA_URL must be the address of the bucket or of its CDN, because MEDIA_STORAGE_URL is s3://…."
    )
