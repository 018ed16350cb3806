#!/bin/sh
# Starts one role of the image: web, worker or migrate. Anything else is taken for a command.
set -eu

role=${1:-web}
[ $# -eq 0 ] || shift

case "$role" in
web)
    exec gunicorn --bind 0.0.0.0:8000 --workers "${WEB_WORKERS:-3}" "$@" engraver.web:app
    ;;
worker)
    # The operator mounts the fonts; one that is missing should stop the start, not show in print.
    python -m engraver.fonts check /fonts
    python -m engraver.worker --queue "${WORKER_QUEUE:-sheets}" "$@"
    ;;
migrate)
    exec python -m engraver.schema upgrade "$@"
    ;;
*)
    exec "$role" "$@"
    ;;
esac
