#!/bin/sh
# Runs a container of the store: web (the default), worker, beat, secrets, or any other command.
set -eu

role=${1:-web}
[ $# -eq 0 ] || shift

# keep FILE MODE TEXT: the file appears whole or not at all.
keep() {
    printf '%s\n' "$3" >"$1.new"
    chmod "$2" "$1.new"
    mv -f "$1.new" "$1"
}

random() {
    python -c 'import secrets; print(secrets.token_urlsafe(64))'
}

case $role in
web)
    python manage.py migrate_once
    # gunicorn reads this variable too, and fails on an empty value before it reads any file of the store.
    case ${WEB_CONCURRENCY:-} in *[0-9]*) ;; *) unset WEB_CONCURRENCY ;; esac
    exec gunicorn online_store.wsgi:application "$@"
    ;;
worker)
    python manage.py migrate_once --only-wait
    # No request waits here: a clean-up may take longer than one.
    export DATABASE_STATEMENT_TIMEOUT="${DATABASE_STATEMENT_TIMEOUT:-60}"
    # Gossip and mingle are for workers that need to know each other; here they would only be more to break.
    # The log is standard error; it must not contain the multi-line output that Celery prints for people.
    exec celery -A online_store worker -l info --without-gossip --without-mingle "$@" >/dev/null
    ;;
beat)
    python manage.py migrate_once --only-wait
    # In the volume: after a pause, beat catches up with what was due. It answers pings while its clock ticks.
    mkdir -p "$VAR_DIR/beat"
    exec celery -A online_store beat -l info --schedule "$VAR_DIR/beat/schedule" \
        --max-interval 30 --enable-remote-control "$@" >/dev/null
    ;;
secrets)
    cd "${1:-/var/lib/store-secrets}"
    umask 077
    if [ -z "${DJANGO_SECRET_KEY:-}" ] && [ ! -s secret_key ]; then
        keep secret_key 400 "$(random)"
        echo "A secret key was made."
    fi
    # The database server reads this one too, by its group.
    if [ -n "${POSTGRES_PASSWORD:-}" ]; then
        if [ -s database_password ] && [ "$(cat database_password)" != "$POSTGRES_PASSWORD" ]; then
            echo "POSTGRES_PASSWORD has changed. A database that exists keeps its own until you change it there, by"
            echo "  docker compose exec db psql -U store -c '\\password'"
        fi
        keep database_password 440 "$POSTGRES_PASSWORD"
    elif [ ! -s database_password ]; then
        keep database_password 440 "$(random)"
        echo "A database password was made."
    fi
    ;;
*)
    exec "$role" "$@"
    ;;
esac
