"""Examples of jobs for the schema."""

JOB = {
    "id": 1,
    "kind": "invoice",
    "key": "invoice:1",
    "subject": "order:1",
    "status": "pending",
    "attempts": 0,
    "run_at": "2026-11-24T09:30:00.250000Z",
    "last_error": "",
    "request_id": "c4bc1d73a44c4baebea687374167acbf",
    "created_at": "2026-11-24T09:30:00.250000Z",
    "updated_at": "2026-11-24T09:30:00.250000Z",
}
