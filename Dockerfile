FROM python:3.13.18-slim-trixie AS base
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/static
WORKDIR /app


FROM base AS build
# The requirements before the code, which changes more often. Wheels only: there is no compiler here.
# EXTRAS is empty, or s3: most shops need no S3, whose packages are a fifth as large as all others together.
ARG EXTRAS=
RUN python -m venv --without-pip /opt/venv
COPY requirements-runtime.txt requirements-s3.txt /tmp/
RUN pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --compile --only-binary :all: --require-hashes -r /tmp/requirements-runtime.txt \
        ${EXTRAS:+-r "/tmp/requirements-$EXTRAS.txt"}

COPY manage.py gunicorn.conf.py ./
COPY apps apps
COPY online_store online_store
# Settings are read here without a database or a key: on SQLite they make both, in a folder that is left behind.
# And a checkout may be readable by its owner only.
RUN VAR_DIR=/tmp/var python manage.py collectstatic --noinput \
    && python -m compileall -q --invalidation-mode unchecked-hash apps online_store \
    && chmod -R a+rX,go-w .


FROM base
ENV VAR_DIR=/var/lib/store
# New volumes take over the owner of these folders.
RUN groupadd --gid 10001 store \
    && useradd --uid 10001 --gid store --no-log-init --no-create-home --home-dir "$VAR_DIR" --shell /usr/sbin/nologin store \
    && install -d -o store -g store -m 750 "$VAR_DIR" /var/lib/store-secrets \
    && install -d -o store -g store -m 755 "$VAR_DIR/media"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --chmod=755 entrypoint.sh ./
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["/app/entrypoint.sh"]
CMD ["web"]
